-- What an agent does. Every command carries the fencing number of its connection.

local LEASE = 10000             -- ms: two renewals of 4 s may be missed
local GRACE, LOST = 3000, 10000 -- ms a reload may take: chats with a running clock, the others

local function fenced(id, fence)
  local now = redis.call('HGET', key('agent', id), 'fence')
  return now ~= fence
end

-- A held chat: a refusal, the first result of a resend, or nil and the chat.
-- Words stop a little above the visitor's limit; what ends a turn or the chat never does.
local function full(chat) return redis.call('LLEN', key('log', chat)) >= LOG_LIMIT + 100 end

local function held(id, fence, chat, cid, digest)
  if fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, id, cid, digest)
  if again then return again end
  if c.agent ~= id then return refuse('not_found') end
  return nil, c
end

-- The agent's own figures of the day: exact count and share, durations in buckets of 2 %.
local function measure(id, q, mine)
  local name, day = key('times', id), int(math.floor(NOW / 86400000))
  if redis.call('HGET', name, 'day') ~= day then
    redis.call('DEL', name)
    redis.call('HSET', name, 'day', day)
    redis.call('PEXPIRE', name, 93600000)
  end
  redis.call('HINCRBY', name, 'n', 1)
  if mine <= q.target then redis.call('HINCRBY', name, 'within', 1) end
  redis.call('HINCRBY', name, 'b' .. int(math.floor(math.log(math.max(mine, 1)) / math.log(1.02))), 1)
end

-- agent_say(agent, fence, chat, cid, digest, read, payload)
verb('agent_say', function(id, fence, chat, cid, digest, read, payload)
  local answer, c = held(id, fence, chat, cid, digest)
  if answer then return answer end
  if full(chat) then return refuse('chat_full') end
  local q, turn, mine = S.queue(c.queue), '', nil
  read = math.min(num(read), redis.call('LLEN', key('log', chat)))
  if num(c.turn) > 0 and num(c.turn_seq) <= read then
    S.judge(c)
    turn, mine = S.close_turn(c, q)
    turn = ',' .. turn
    local seq, at = S.first_unread(c, read)
    if seq then S.open_turn(c, q, seq, at) end
  end
  S.put(c, 'seen_agent', int(math.max(read, num(c.seen_agent))))
  local seq = S.record(c, 'message', '"by":"agent","read":' .. int(read)
    .. S.running(c) .. turn, payload)
  S.clock(c)
  S.await_visitor(c, q)
  S.no_timer('silent', chat)
  S.save(c)
  if mine then measure(id, q, mine) end
  S.refresh(id)
  return S.done(chat, id, cid, digest, seq, chat)
end)

-- no_reply(agent, fence, chat, cid, digest, payload): what the agent has seen of the open turn asks for no answer;
-- what came since opens a turn of its own.
verb('no_reply', function(id, fence, chat, cid, digest, payload)
  local answer, c = held(id, fence, chat, cid, digest)
  if answer then return answer end
  if num(c.turn) == 0 then return refuse('nothing_to_do') end
  local q, read = S.queue(c.queue), math.max(num(c.turn_seq), num(c.seen_agent))
  S.judge(c)
  local turn = S.close_turn(c, q)
  local unread, at = S.first_unread(c, read)
  if unread then S.open_turn(c, q, unread, at) end
  local seq = S.record(c, 'no_reply', turn .. S.running(c), payload)
  S.clock(c)
  S.await_visitor(c, q)
  S.save(c)
  S.refresh(id)
  return S.done(chat, id, cid, digest, seq, chat)
end)

verb('note', function(id, fence, chat, cid, digest, payload)
  local answer, c = held(id, fence, chat, cid, digest)
  if answer then return answer end
  if full(chat) then return refuse('chat_full') end
  local seq = S.record(c, 'note', '', payload)
  S.save(c)
  return S.done(chat, id, cid, digest, seq, chat)
end)

verb('agent_end', function(id, fence, chat, cid, digest, payload)
  local answer, c = held(id, fence, chat, cid, digest)
  if answer then return answer end
  S.finish(c, 'agent', payload)
  return S.done(chat, id, cid, digest, num(c.seq), chat)
end, { 'allow-oom' })

-- A console that missed a chat gets the next ones once it has shown that it draws, be it that very chat, too late.
local function awake(id)
  if redis.call('HGET', key('agent', id), 'unseen') ~= '1' then return end
  redis.call('HSET', key('agent', id), 'unseen', '0')
  S.refresh(id)
  S.route_agent(id)
end

-- shown(agent, fence, chat, seq, hidden): the console has drawn the chat; eyes have seen it unless hidden.
verb('shown', function(id, fence, chat, seq, hidden)
  if fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c or c.agent ~= id then
    awake(id)
    return S.reply()
  end
  if c.got == '0' then
    S.put(c, 'got', int(NOW))
    S.no_timer('unseen', chat)
  end
  if hidden ~= '1' and num(seq) > num(c.seen_agent) then
    seq = math.min(num(seq), redis.call('LLEN', key('log', chat)))
    S.put(c, 'seen_agent', int(seq))
    local told = math.min(seq, num(c.last))  -- a note must leave no trace, not even its number
    redis.call('PUBLISH', P .. 'signals', '{"t":"seen","chat":"' .. chat .. '","by":"agent","seq":' .. int(told) .. '}')
  end
  S.save(c)
  awake(id)
  return S.reply()
end, { 'allow-oom' })

-- visitor_seen(chat, visitor, seq)
verb('visitor_seen', function(chat, visitor, seq)
  local c = S.chat(chat)
  if not c or c.visitor ~= visitor then return refuse('not_found') end
  seq = math.min(num(seq), num(c.seq))
  if seq > num(c.seen_visitor) then
    S.put(c, 'seen_visitor', int(seq))
    S.save(c)
    redis.call('PUBLISH', P .. 'signals', '{"t":"seen","chat":"' .. chat .. '","by":"visitor","seq":' .. int(seq) .. '}')
  end
  return S.reply()
end)

-- draft(agent, fence, chat, text): the agent's unsent words, never in feed or archive.
verb('draft', function(id, fence, chat, text)
  if fenced(id, fence) then return refuse('taken_over') end
  if redis.call('HGET', key('chat', chat), 'agent') ~= id then return refuse('not_found') end
  if text == '' then redis.call('DEL', key('draft', chat)) else redis.call('SET', key('draft', chat), text) end
  return S.reply()
end)

function S.say_agent(id)
  local a = S.agent(id)
  local queues = {}
  for queue in S.queues_of(a) do queues[#queues + 1] = '"' .. queue .. '"' end
  S.announce('agent', '"agent":"' .. id .. '","name":' .. a.name .. ',"status":"' .. (a.status or 'offline')
    .. '","connected":' .. (a.connected == '1' and 'true' or 'false') .. ',"limit":' .. a.limit
    .. ',"fence":' .. (a.fence or '0') .. ',"queues":[' .. table.concat(queues, ',') .. ']'
    .. (a.reason and a.reason ~= '' and ',"reason":' .. a.reason or ''))
end

-- Fencing numbers are the workspace's: no number comes back, also when a member was removed and returns.
local function next_fence() return redis.call('HINCRBY', P .. 'head', 'fence', 1) end

-- connect(agent, tab, take): a new fencing number, or taken_over while another tab holds the console.
-- Returns the number, status, limit and the held chats with their logs, drafts and fields.
verb('connect', function(id, tab, take)
  local a = S.agent(id)
  if not a then return refuse('not_found') end
  if a.connected == '1' and a.tab ~= tab and take ~= '1' then return refuse('taken_over') end
  local fence = next_fence()
  redis.call('HSET', key('agent', id), 'fence', int(fence), 'tab', tab, 'connected', '1', 'gone', '0', 'unseen', '0',
    'status', a.status or 'online')
  S.timer('lease', id, NOW + LEASE)
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  S.say_agent(id)
  for _, chat in ipairs(S.in_hand(id)) do
    if redis.call('HGET', key('chat', chat), 'got') == '0' then S.timer('unseen', chat, NOW + UNSEEN) end
  end
  S.refresh(id)
  S.route_agent(id)
  a = S.agent(id)
  return S.reply(int(fence), a.status, a.limit, S.held_chats(id), int(N))
end, { 'allow-oom' })

-- The held chats: {id, fields, draft, log} each, the log's last 300 facts.
function S.held_chats(id)
  local chats = {}
  for _, chat in ipairs(S.in_hand(id)) do chats[#chats + 1] = S.whole(chat, 300) end
  return chats
end

function S.whole(chat, most)
  return { chat, redis.call('HGETALL', key('chat', chat)), redis.call('GET', key('draft', chat)) or '',
    redis.call('LRANGE', key('log', chat), -most, -1) }
end

local function lose(id, since)
  local a = S.agent(id)
  if not a or a.connected ~= '1' then return false end
  redis.call('HSET', key('agent', id), 'connected', '0', 'gone', int(since))
  S.no_timer('lease', id)
  S.say_agent(id)
  S.refresh(id)
  S.timer('grace', id, since + GRACE)
  S.timer('lost', id, since + LOST)
  return true
end
S.lose = lose

-- leave(agent, fence): the socket has closed; its number can do nothing more.
verb('leave', function(id, fence)
  if fenced(id, fence) then return refuse('taken_over') end
  redis.call('HSET', key('agent', id), 'fence', int(next_fence()))
  if not lose(id, NOW) then S.say_agent(id) end
  return S.reply()
end, { 'allow-oom' })

-- A member whose lease ran out while the socket lived (its process stood still) is back, under the same number.
local function back(id)
  redis.call('HSET', key('agent', id), 'connected', '1', 'gone', '0')
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  S.say_agent(id)
  S.refresh(id)
  S.route_agent(id)
end

-- renew(agent, fence, agent, fence, ...): these sockets answered their pings.
verb('renew', function(list)
  for i = 1, #list, 2 do
    local id = list[i]
    if not fenced(id, list[i + 1]) then
      S.timer('lease', id, NOW + LEASE)
      if redis.call('HGET', key('agent', id), 'connected') ~= '1' then back(id) end
    end
  end
  return S.reply()
end, { 'allow-oom' }, true)

-- set_status(agent, fence, status, reason): the reason is a JSON string.
verb('set_status', function(id, fence, status, reason)
  if fenced(id, fence) then return refuse('taken_over') end
  local a = S.agent(id)
  if a.status ~= status or (a.reason or '') ~= reason or a.unseen == '1' then
    redis.call('HSET', key('agent', id), 'status', status, 'reason', reason, 'unseen', '0')
    S.say_agent(id)
    S.refresh(id)
    S.route_agent(id)
  end
  return S.reply('0', int(NOW), '')
end, { 'allow-oom' })

-- revoke(agent, session): no session means all of them; the fence cuts every connection.
verb('revoke', function(id, session)
  S.announce('revoked', '"agent":"' .. id .. '"' .. (session ~= '' and ',"session":"' .. session .. '"' or ''))
  if session == '' and redis.call('EXISTS', key('agent', id)) == 1 then
    redis.call('HSET', key('agent', id), 'fence', int(next_fence()))
    if not lose(id, NOW) then S.say_agent(id) end
  end
  return S.reply()
end, { 'allow-oom' })

-- handled(chat, author, cid, digest, payload): somebody took care of a left message.
verb('handled', function(chat, author, cid, digest, payload)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, author, cid, digest)
  if again then return again end
  if redis.call('SISMEMBER', P .. 'left', chat) == 0 then return refuse('nothing_to_do') end
  local seq = S.record(c, 'handled', '', payload)
  S.save(c)
  redis.call('SREM', P .. 'left', chat)
  return S.done(chat, author, cid, digest, seq, chat)
end, { 'allow-oom' })
