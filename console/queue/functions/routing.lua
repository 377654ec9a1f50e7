-- Who gets what: pressure, free members, assignment and its undoing.

local UNSEEN = 2500             -- ms in which a console shows it has got a chat, or the chat goes back

function S.agent(id)
  local a = hash(key('agent', id))
  if not a.name then return nil end
  a.id = id
  return a
end

function S.queues_of(a) return string.gmatch(a.queues or '', '%S+') end

-- A member stands in `free:` of each queue while a slot is free, at its pressure: fewest running
-- clocks, then fewest chats, then longest without a new one. Integers below 2^53.
function S.refresh(id)
  local a = S.agent(id)
  if not a then return nil end
  local held = redis.call('HLEN', key('held', id))
  a.free = a.connected == '1' and a.status == 'online' and a.unseen ~= '1' and held < num(a.limit)
  for queue in S.queues_of(a) do
    if a.free then
      local pressure = (redis.call('ZCARD', key('clocks', id)) * 10 + held) * 1e13 + num(a.last)
      redis.call('ZADD', key('free', queue), int(pressure), id)
    else
      redis.call('ZREM', key('free', queue), id)
    end
  end
  return a
end

function S.assign(c, id, why)
  local q = S.queue(c.queue)
  local a = S.agent(id)
  local taken = hash(key('held', id))
  local slot = 1
  while taken[int(slot)] do slot = slot + 1 end
  local candidates = redis.call('ZCARD', key('free', c.queue))
  local clocks = redis.call('ZCARD', key('clocks', id))
  local waited = NOW - num(c.since)
  if num(c.turn) == 0 then
    S.judge(c)
    S.clear_turn(c)
  end
  redis.call('ZREM', key('waiting', c.queue), c.id)
  redis.call('HSET', key('held', id), int(slot), c.id)
  redis.call('HSET', key('agent', id), 'last', int(NOW))
  S.put(c, 'place', 'active')
  S.put(c, 'agent', id)
  S.put(c, 'slot', int(slot))
  S.put(c, 'assigned', int(NOW))
  S.put(c, 'since', int(NOW))
  S.put(c, 'got', '0')
  S.no_timer('abandon', c.id)
  S.timer('unseen', c.id, NOW + UNSEEN)
  S.record(c, 'assigned', '"agent":"' .. id .. '","name":' .. a.name .. ',"slot":' .. int(slot) .. ',"why":"' .. why
    .. '","candidates":' .. int(candidates) .. ',"clocks":' .. int(clocks) .. ',"waited":' .. int(waited)
    .. (num(c.due) > 0 and ',"due":' .. c.due or ''))
  S.clock(c)
  S.await_visitor(c, q)
  S.save(c)
  redis.call('HSET', key('visitor', c.visitor), 'last_agent', id)
  S.refresh(id)
end

-- A waiting chat finds a member now, or stays in line.
function S.route_chat(c)
  if c.place ~= 'waiting' then return end
  local free = key('free', c.queue)
  local last = redis.call('HGET', key('visitor', c.visitor), 'last_agent')
  if last and redis.call('ZSCORE', free, last) then return S.assign(c, last, 'last_agent') end
  local best = redis.call('ZRANGE', free, 0, 0)[1]
  if best then S.assign(c, best, 'least_pressure') end
end

-- A member with free slots gets, over all queues served, the chats whose promises break first.
function S.route_agent(id)
  for _ = 1, FIRINGS do
    local a = S.agent(id)
    if not a then return end
    local best, score
    for queue in S.queues_of(a) do
      if redis.call('ZSCORE', key('free', queue), id) then
        local first = redis.call('ZRANGE', key('waiting', queue), 0, 0, 'WITHSCORES')
        if first[1] and (not score or num(first[2]) < score) then best, score = first[1], num(first[2]) end
      end
    end
    if not best then return end
    S.assign(S.chat(best), id, 'next_in_line')
  end
end

-- The chats a member holds: first those with a running clock by their promise, then by slot.
function S.in_hand(id)
  local chats, slots, taken = redis.call('ZRANGE', key('clocks', id), 0, -1), {}, hash(key('held', id))
  for slot in pairs(taken) do slots[#slots + 1] = num(slot) end
  table.sort(slots)
  for _, slot in ipairs(slots) do
    local chat = taken[int(slot)]
    if not redis.call('ZSCORE', key('clocks', id), chat) then chats[#chats + 1] = chat end
  end
  return chats
end

-- Back to the front of the line, with draft, context and clock; the reply is whoever is free now.
function S.release(c, why)
  local id = c.agent
  S.no_timer('unseen', c.id)
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
  redis.call('HDEL', key('held', id), c.slot)
  redis.call('ZREM', key('clocks', id), c.id)
  S.put(c, 'agent', '')
  S.put(c, 'slot', '0')
  S.enqueue(c, S.queue(c.queue), true)
  S.record(c, 'released', '"agent":"' .. id .. '","why":"' .. why .. '","due":' .. c.due)
  S.clock(c)
  S.save(c)
  S.refresh(id)
  S.route_chat(c)
end

local function serves(a, queue)
  for served in S.queues_of(a) do
    if served == queue then return true end
  end
  return false
end

-- Whether anybody works this queue now; a member just lost still counts for the grace of a reload.
function S.staffed(queue)
  if redis.call('ZCARD', key('free', queue)) > 0 then return true end
  for member in string.gmatch(redis.call('HGET', key('queue', queue), 'members') or '', '%S+') do
    local a = S.agent(member)
    if a and a.status == 'online' and serves(a, queue)
      and (a.connected == '1' or (num(a.gone) > 0 and NOW - num(a.gone) < 10000)) then return true end
  end
  return false
end
