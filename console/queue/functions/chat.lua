-- A chat: its end, and wrap-up after it.

local LATER = 20 -- wrap-ups that an agent may leave for later

-- Whether the chat has ended for the visitor; its agent may still be wrapping up.
function S.over(c) return c.place == 'ended' or c.place == 'wrapup' end

-- Whether the chat has reached the limits for visitors.
function S.is_full(c) return num(c.seq) >= LOG_LIMIT or num(c.bytes) >= LOG_BYTES end

-- Whether the queue takes new chats now. `opens` lists the coming days' open times as "from-to"; empty means always.
function S.is_open(q)
  if q.opens == '' then return true end
  for from, to in string.gmatch(q.opens, '(%d+)%-(%d+)') do
    if NOW >= num(from) and NOW < num(to) then return true end
  end
  return false
end

-- Takes the chat away from its agent: frees the slot and stops the clock. Returns who held it.
function S.let_go(c)
  local id = c.agent
  S.end_stay(c)
  for _, kind in ipairs({ 'unseen', 'ask', 'silent', 'offer', 'wrapup' }) do
    S.no_timer(kind, c.id)
  end
  if id == '' then return id end
  S.free_slot(id, c)
  redis.call('ZREM', key('clocks', id), c.id)
  S.put(c, 'agent', '')
  S.put(c, 'slot', '0')
  S.put(c, 'until', '0')
  return id
end

-- The agent gives the reason later: the chat goes on their list. The list drops the oldest chat beyond its limit, and
-- every chat after a day, when it is no longer live. Returns members for the fact.
local function put_off(c, agent)
  local list = key('later', agent)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', int(NOW - KEEP))
  redis.call('ZADD', list, c.ended, c.id)
  S.put(c, 'later', agent)
  if redis.call('ZCARD', list) <= LATER then return ',"later":true' end
  return ',"later":true,"dropped":"' .. redis.call('ZPOPMIN', list)[1] .. '"'
end

-- Whether the agent left the chat's wrap-up for later and may still give or correct a reason.
function S.was_put_off(c, id) return c.place == 'ended' and c.later == id and NOW - num(c.ended) < KEEP end

-- Takes the chat off its agent's list. Returns whether it was on it.
function S.unlist(c)
  if (c.later or '') == '' then return false end
  return redis.call('ZREM', key('later', c.later), c.id) == 1
end

-- Returns an agent's list as {chat, ended, queue, visitor, profile, tags, named}, oldest first.
function S.put_off_by(id)
  local found = {}
  local listed = redis.call('ZRANGEBYSCORE', key('later', id), '(' .. int(NOW - KEEP), '+inf')
  for i, chat in ipairs(listed) do
    local c = S.peek('chat', chat)
    found[i] = { chat, c.ended, c.queue, c.visitor, S.profile(c), c.tags or '', c.named or '' }
  end
  return found
end

-- Ends the chat: removes it from its queue or agent, stops all clocks, and gives a freed slot the next chat. The slot
-- stays reserved for a while if the agent still has to give a reason.
function S.finish(c, why, payload)
  -- Before the turn is cleared: a promise that has just broken must still be counted.
  S.judge(c)
  local was, agent, own = c.place, c.agent, '"why":"' .. why .. '"'
  local q = S.queue(c.queue)
  -- A disconnected agent could not give a reason, so there is no wrap-up for them.
  local asks = was == 'active' and q.wrapup > 0
  local wraps = asks and (c.reason or '') == '' and S.agent(agent).connected == '1'
  if was == 'waiting' then S.unline(c) end
  S.late_turn(c, (why == 'agent' or why == 'integration') and 'late_ended' or 'late_left')
  local held = S.never_answered(c)
  S.clear_turn(c)
  for _, kind in ipairs({ 'ask', 'silent', 'abandon', 'unseen', 'tabs', 'overflow', 'language', 'again', 'offer' }) do
    S.no_timer(kind, c.id)
  end
  if was == 'active' then
    local handling = NOW - num(c.assigned)
    own = own .. ',"agent":"' .. agent .. '","handling":' .. int(handling)
    S.tally(c.queue, S.sample({}, 'h', handling))
    if asks then
      own = own .. ',"asks":true'
      S.asked_reason(c, agent)
    end
  elseif was == 'bot' then
    own = own .. S.end_with_bot(c)
  elseif (why == 'abandoned' or why == 'visitor') and num(c.assigned) == 0 then -- left before anybody had the chat
    local waited = math.max(NOW - num(c.since), 1)
    own = own .. ',"waited":' .. int(waited)
    S.tally(c.queue, { abandoned = 1 }, waited)
  end
  if was == 'waiting' or was == 'offered' then own = own .. S.compare(c, NOW - num(c.since), true) end
  local promised = S.promised(c)
  if promised then own = own .. ',' .. promised end
  if held then own = own .. ',"held":true' end
  S.put(c, 'place', wraps and 'wrapup' or 'ended')
  S.put(c, 'ended', STAMP)
  S.put(c, 'nots', '0')
  if not wraps then S.let_go(c) end
  S.clock(c)
  if wraps then
    S.put(c, 'until', int(NOW + q.wrapup))
    S.timer('wrapup', c.id, NOW + q.wrapup)
    own = own .. ',"wrapup":' .. c['until']
  end
  S.record(c, 'ended', own, payload)
  redis.call('DEL', key('draft', c.id), key('tabs', c.id), key('not', c.id))
  -- Live keys stay for a day, for resends, ratings and reopening.
  S.timer('reap', c.id, NOW + KEEP)
  if wraps then
    S.refresh(agent)
    return
  end
  redis.call('SREM', P .. 'live', c.id)
  if agent ~= '' then
    S.refresh(agent)
    S.route_agent(agent)
  end
end

-- Ends wrap-up and frees the slot.
function S.wrap(c, why)
  local took = NOW - num(c.ended)
  local agent = S.let_go(c)
  S.put(c, 'place', 'ended')
  local own = '"agent":"' .. agent .. '","why":"' .. why .. '","took":' .. int(took)
  if why ~= 'done' and why ~= 'reopened' then own = own .. put_off(c, agent) end
  S.record(c, 'wrapped', own)
  S.tally(c.queue, S.sample({}, 'u', took))
  redis.call('SREM', P .. 'live', c.id)
  S.refresh(agent)
  if why ~= 'reopened' then S.route_agent(agent) end
end

-- Returns the names of all keys of the chat.
function S.drop(c)
  local id = c.id
  S.unlist(c)
  S.forget(c)
  for _, kind in ipairs({ 'chat', 'profile', 'log', 'cids', 'tabs', 'draft', 'not' }) do
    redis.call('DEL', key(kind, id))
  end
  if redis.call('HGET', key('visitor', c.visitor), 'chat') == id then
    redis.call('DEL', key('visitor', c.visitor), key('cids', c.visitor))
  end
end
