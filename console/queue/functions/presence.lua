-- Agents' presence: connections with their fences, leases, status.

local EVER = 9e15 -- the score in `staff:` of a connected member

-- Updates `staff:`, the members online in a queue, each with the time until which they count.
local function staff(a)
  local till = a.connected == '1' and EVER or num(a.gone) + LOST
  for queue in S.queues_of(a) do
    MANNED[queue] = nil
    if a.status == 'online' and (a.connected == '1' or num(a.gone) > 0) then
      redis.call('ZADD', key('staff', queue), int(till), a.id)
    else
      redis.call('ZREM', key('staff', queue), a.id)
    end
  end
end

-- Records the fact and updates the presence keys; `by` is a supervisor's id.
function S.say_agent(id, by)
  local a = S.agent(id)
  local queues = {}
  staff(a)
  for queue in S.queues_of(a) do
    if a.status ~= 'online' then S.empty_tier(queue) end
    queues[#queues + 1] = '"' .. queue .. '"'
  end
  S.announce(
    'agent',
    '"agent":"'
      .. id
      .. '","name":'
      .. a.name
      .. ',"status":"'
      .. (a.status or 'offline')
      .. '","connected":'
      .. (a.connected == '1' and 'true' or 'false')
      .. ',"limit":'
      .. a.limit
      .. (a.most and a.most ~= a.limit and ',"most":' .. a.most or '')
      .. ((a.channel_slots or '') ~= '' and ',"channel_slots":' .. a.channel_slots or '')
      .. ',"fence":'
      .. (a.fence or '0')
      .. ',"queues":['
      .. table.concat(queues, ',')
      .. ']'
      .. (a.reason and a.reason ~= '' and ',"reason":' .. a.reason or '')
      .. (num(a.since) > 0 and ',"since":' .. a.since or '')
      .. (S.breathes(a) and ',"breather":' .. a.breather or '')
      .. (by and ',"by":"' .. by .. '"' or '')
  )
end

-- Fences belong to the workspace: none is ever reused, even if a member is removed and comes back.
local function next_fence() return redis.call('HINCRBY', P .. 'head', 'fence', 1) end

-- connect(agent, tab, take, quiet): a new fence, or taken_over while another tab holds the console. With `quiet` the
-- agent is away and gets no new chats. Returns fence, status, limit, and the held chats with logs, drafts and fields.
verb('connect', function(id, tab, take, quiet)
  local a = S.agent(id)
  if not a then return refuse('not_found') end
  if a.connected == '1' and a.tab ~= tab and take ~= '1' then return refuse('taken_over') end
  local fence = next_fence()
  -- Only if the agent was gone: a reload must not change the status of an agent who is working.
  if quiet == '1' and a.connected ~= '1' then
    S.put_all(a, { status = 'away', reason = '' })
    S.end_breather(a)
  end
  S.put(a, 'status', a.status or 'online')
  if a.connected ~= '1' then S.put(a, 'since', STAMP) end
  S.put_all(a, { fence = int(fence), tab = tab, connected = '1', gone = '0', unseen = '0' })
  S.timer('lease', id, NOW + LEASE)
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  S.say_agent(id)
  for _, chat in ipairs(S.in_hand(id)) do
    local c = S.chat(chat)
    -- The new page has not shown these chats either, so their time to be shown starts again.
    if c.got == '0' and c.place == 'active' then S.timer('unseen', chat, NOW + UNSEEN) end
    S.time_word(c)
  end
  S.refresh(id)
  S.route_agent(id)
  return S.reply(int(fence), a.status, a.limit, S.held_chats(id), int(N))
end, { 'allow-oom' })

-- Returns the held chats as {id, fields, draft, log}, with the last 300 facts of each log.
function S.held_chats(id)
  local chats = {}
  for _, chat in ipairs(S.in_hand(id)) do
    chats[#chats + 1] = S.whole(chat, 300)
  end
  return chats
end

function S.whole(chat, most)
  S.flush()
  return {
    chat,
    S.fields(S.peek('chat', chat)),
    redis.call('GET', key('draft', chat)) or '',
    redis.call('LRANGE', key('log', chat), -most, -1),
  }
end

local function lose(id, since)
  local a = S.agent(id)
  if not a or a.connected ~= '1' then return false end
  S.put_all(a, { connected = '0', gone = int(since), since = STAMP })
  S.no_timer('lease', id)
  S.say_agent(id)
  S.refresh(id)
  S.timer('grace', id, since + GRACE)
  -- `since` is when the agent was really gone: after a lost lease that was some seconds ago.
  S.timer('lost', id, since + LOST)
  for _, chat in ipairs(S.in_hand(id)) do
    local c = S.chat(chat)
    -- An offer that nobody can see is withdrawn at once. Active chats wait for the grace periods.
    if c.place == 'offered' then S.withdraw(c, 'gone') end
    S.time_word(c)
  end
  return true
end
S.lose = lose

-- leave(agent, fence): the socket has closed. A new fence makes the old one useless.
verb('leave', function(id, fence)
  if S.fenced(id, fence) then return refuse('taken_over') end
  S.put(S.agent(id), 'fence', int(next_fence()))
  if not lose(id, NOW) then S.say_agent(id) end
  return S.reply()
end, { 'allow-oom' })

-- Brings back a member whose lease expired while the socket was open, because its process was paused; the fence stays.
local function back(id)
  S.put_all(S.agent(id), { connected = '1', gone = '0', since = STAMP })
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  S.say_agent(id)
  S.time_words(id)
  S.refresh(id)
  S.route_agent(id)
end

-- renew(agent, fence, agent, fence, ...): these sockets, of agents or bots, have answered their pings.
verb('renew', function(list)
  for i = 1, #list, 2 do
    local id = list[i]
    if not S.agent(id) then
      S.renew_bot(id, list[i + 1])
    elseif not S.fenced(id, list[i + 1]) then
      S.timer('lease', id, NOW + LEASE)
      if S.agent(id).connected ~= '1' then back(id) end
    end
  end
  return S.reply()
end, { 'allow-oom' }, true)

-- Sets the status, whether chosen or after missed offers; `reason` is a JSON string.
function S.put_status(a, status, reason, by)
  -- Choosing the same status again also clears `unseen` and ends a breather, since it shows that the agent is there.
  if a.status ~= status or (a.reason or '') ~= reason or a.unseen == '1' or S.breathes(a) then
    S.end_breather(a)
    local since = a.status ~= status and STAMP or a.since or '0'
    S.put_all(a, { status = status, reason = reason, unseen = '0', missed = '0', since = since })
    S.say_agent(a.id, by)
    S.refresh(a.id)
    S.route_agent(a.id)
  end
  return S.reply('0', STAMP, '')
end

-- set_status(agent, fence, status, reason)
verb('set_status', function(id, fence, status, reason)
  if S.fenced(id, fence) then return refuse('taken_over') end
  return S.put_status(S.agent(id), status, reason)
end, { 'allow-oom' })

-- set_agent_status(supervisor, agent, status, reason)
verb('set_agent_status', function(by, id, status, reason)
  local a = S.agent(id)
  if not a then return refuse('not_found') end
  return S.put_status(a, status, reason, by)
end, { 'allow-oom' })

-- revoke(agent, session): an empty session means all sessions; then a new fence cuts every connection.
verb('revoke', function(id, session)
  S.announce('revoked', '"agent":"' .. id .. '"' .. (session ~= '' and ',"session":"' .. session .. '"' or ''))
  local a = session == '' and S.agent(id)
  if a then
    S.put(a, 'fence', int(next_fence()))
    if not lose(id, NOW) then S.say_agent(id) end
  end
  return S.reply()
end, { 'allow-oom' })
