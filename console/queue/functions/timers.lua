-- Timers: one ticker per workspace, and each timer fires once.

local TICKER = 1500 -- ms that a process keeps the ticker: it calls every second, and may be late
local IDLE = 90 -- ms after which the ticker is taken from a process that does not fire what is due
local STALL = 3000 -- ms without a tick after which silence is not held against anybody
local AGAIN = 500 -- ms until a chat that nobody could take is tried again

-- Timers that measure somebody's silence, with the full length that each gets after a stall.
local JUDGES = {
  lease = LEASE,
  botlease = LEASE,
  botgone = LOST,
  botlate = 10000,
  grace = GRACE,
  lost = LOST,
  unseen = UNSEEN,
  tabs = TAB_LEASE,
  abandon = 60000,
  silent = 60000,
  watch = WATCH,
  offer = 10000,
  wrapup = 20000,
}

local fire = {}

function fire.late(id)
  local c = S.chat(id)
  if not c then return end
  S.judge(c)
  S.time_break(c)
end

function fire.word(id)
  local c = S.chat(id)
  if c then S.fire_word(c) end
end

function fire.unseen(id)
  local c = S.chat(id)
  if not c or c.place ~= 'active' or c.got ~= '0' then return end
  S.put(S.agent(c.agent), 'unseen', '1')
  S.release(c, 'unseen')
end

function fire.lease(id) S.lose(id, NOW - LEASE) end
function fire.botlease(id) S.lose_bot(id) end
function fire.botgone(id) S.bot_gone(id) end
function fire.botlate(id) S.bot_late(S.chat(id)) end

-- Chats with a running clock move as soon as somebody is free; the others wait for the longer grace period.
function fire.grace(id)
  for _, chat in ipairs(S.in_hand(id)) do
    local c = S.chat(chat)
    if c.place == 'active' and num(c.turn) > 0 and S.somebody(c) then S.release(c, 'gone') end
  end
  if redis.call('ZCARD', key('clocks', id)) > 0 then S.timer('grace', id, NOW + AGAIN) end
end

function fire.lost(id)
  S.no_timer('grace', id)
  S.empty_hands(id)
  for queue in S.queues_of(S.agent(id)) do
    S.empty_tier(queue)
  end
end

function fire.tabs(id)
  local c = S.chat(id)
  if not c or S.over(c) then return end
  redis.call('ZREMRANGEBYSCORE', key('tabs', id), '-inf', STAMP)
  local latest = redis.call('ZRANGE', key('tabs', id), -1, -1, 'WITHSCORES')[2]
  if latest then
    S.timer('tabs', id, num(latest))
  else
    S.visitor_left(c)
  end
end

function fire.abandon(id)
  local c = S.chat(id)
  if c and (c.place == 'waiting' or c.place == 'offered') and c.here == '0' then S.finish(c, 'abandoned') end
end

function fire.overflow(id)
  local c = S.chat(id)
  if c and (c.place == 'waiting' or c.place == 'offered') then S.overflow(c) end
end

function fire.language(id)
  local c = S.chat(id)
  if c and (c.place == 'waiting' or c.place == 'offered') then S.any_language(c) end
end

-- An exclusion has expired: the chat may go to that member again.
function fire.again(id)
  local c = S.chat(id)
  if not c or S.over(c) then return end
  S.forget_exclusions(c)
  S.route_chat(c)
end

-- Nobody answered the offer. An agent who misses several in a row is set away.
function fire.offer(id)
  local c = S.chat(id)
  if not c or c.place ~= 'offered' then return end
  local agent, q = c.agent, S.queue(c.queue)
  local a = S.agent(agent)
  local missed = num(a.missed) + 1
  S.put(a, 'missed', int(missed))
  if missed >= q.misses and a.status == 'online' then S.put_status(a, 'away', '"missed_offers"') end
  S.withdraw(c, 'missed')
  S.route_agent(agent)
end

function fire.breather(id)
  local a = S.agent(id)
  if a and S.breathes(a) then S.after_breather(a) end
end

function fire.wrapup(id)
  local c = S.chat(id)
  if c and c.place == 'wrapup' then S.wrap(c, 'time') end
end

-- The process through which somebody watched is gone.
function fire.watch(id)
  local chat, who, connection = string.match(id, '^(.+)|(.+)/(.+)$')
  local c, a = S.chat(chat), S.agent(who)
  if c and c.place ~= 'ended' then S.unwatch(c, who, connection, a and a.name or '""') end
end

function fire.promise(id)
  local c = S.chat(id)
  if not c or num(c.promise) == 0 or c.promise_late == '1' then return end
  S.put(c, 'promise_late', '1')
  S.record(c, 'promise_broken', '"agent":"' .. c.agent .. '","due":' .. c.promise)
end

function fire.ask(id)
  local c = S.chat(id)
  if not c or not S.talks(c) or num(c.turn) > 0 then return end
  local q = S.queue(c.queue)
  S.record(c, 'asked', '')
  S.timer('silent', id, NOW + q['end'] - q.ask)
end

function fire.silent(id)
  local c = S.chat(id)
  if c and S.talks(c) and num(c.turn) == 0 then S.finish(c, 'silent') end
end

-- Live keys are deleted only when the archive has the chat's last fact, and never for an unhandled left message.
function fire.reap(id)
  local c = S.chat(id)
  if not c or not S.over(c) then return end
  if c.place == 'wrapup' then return S.timer('reap', id, NOW + 60000) end
  local archived = num(redis.call('HGET', P .. 'head', 'archived'))
  if archived < num(c.n) or redis.call('SISMEMBER', P .. 'left', id) == 1 then
    return S.timer('reap', id, NOW + 60000)
  end
  S.drop(c)
end

-- Also gives timers that are not due yet their full length again: during the stall nobody could renew them.
local function forgive()
  local timers = redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', int(NOW + 60000), 'WITHSCORES')
  for i = 1, #timers, 2 do
    local kind, id = string.match(timers[i], '^(%a+):(.+)$')
    local length = JUDGES[kind]
    if length and num(timers[i + 1]) < NOW + length then S.timer(kind, id, NOW + length) end
  end
end

-- Whether a timer of the list is still due: an earlier one may have moved or removed it.
local function still_due(name)
  local at = S.timer_at(name)
  return at and at <= NOW
end

-- Whether another process is the ticker and does its work. A ticker that cannot reach SQL is replaced by a process that
-- can, since the ticker also archives.
local function kept(head, process, fit)
  if not head[1] or head[1] == process or num(head[2]) <= NOW then return false end
  if head[4] == '0' and fit == '1' then return false end
  local first = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')[2]
  return not first or math.max(num(first), num(head[3])) > NOW - IDLE
end

-- tick(process, fit): returns "1" if this process is the ticker, how many timers fired, and the timers that failed.
-- `fit`: "1" if the process reaches SQL.
verb('tick', function(process, fit)
  -- A clock that was set back would delay every timer until it has caught up, so the workspace's clock continues from
  -- where it was.
  if BEHIND > 0 then redis.call('HSET', P .. 'head', 'ahead', int(AHEAD + BEHIND)) end
  local head = redis.call('HMGET', P .. 'head', 'ticker', 'ticker_until', 'ticked', 'ticker_fit')
  if kept(head, process, fit) then return S.reply('0', '0', {}) end
  local gap = NOW - num(head[3])
  local lease = { 'ticker', process, 'ticker_until', int(NOW + TICKER), 'ticked', STAMP, 'ticker_fit', fit }
  redis.call('HSET', P .. 'head', 'at', STAMP, unpack(lease))
  if head[3] and gap > STALL then
    forgive()
    S.flush()
    S.announce('stalled', '"ms":' .. int(gap))
  end
  local failed, fired = {}, 0
  local due = redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', STAMP, 'LIMIT', 0, FIRINGS)
  for _, name in ipairs(due) do
    if still_due(name) then
      local kind, id = string.match(name, '^(%a+):(.+)$')
      -- Removed before it runs: a timer that fails must not fire again and again.
      S.no_timer(kind, id)
      fired = fired + 1
      -- One failing timer must not keep the others from firing; it is reported to the caller instead.
      local good, problem = pcall(fire[kind], id)
      if not good then
        failed[#failed + 1] = name .. ' ' .. tostring(type(problem) == 'table' and problem.err or problem)
      end
    end
  end
  return S.reply('1', int(fired), failed)
end, { 'allow-oom' })
