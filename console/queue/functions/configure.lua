-- The configuration: queues, members and sites as SQL has them.

local function drop_member(id)
  S.lose(id, NOW)
  S.empty_hands(id)
  for queue in S.queues_of(S.agent(id)) do
    redis.call('ZREM', key('staff', queue), id)
  end
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  local a = S.agent(id)
  S.announce(
    'agent',
    '"agent":"'
      .. id
      .. '","name":'
      .. a.name
      .. ',"status":"offline","connected":false,"limit":0,"fence":'
      .. (a.fence or '0')
      .. ',"removed":true'
  )
  S.settle()
  S.forget(a)
  redis.call('DEL', key('agent', id), key('held', id), key('clocks', id), key('times', id))
  redis.call('SREM', P .. 'agents', id)
end

local SETTINGS = {
  'target',
  'ask',
  'end',
  'mode',
  'accept',
  'misses',
  'languages',
  'longest',
  'overflow',
  'overflow_after',
  'wrapup',
  'head',
  'opens',
  'members',
}
local LANES = { 'mode', 'languages', 'overflow', 'overflow_after', 'head' } -- what decides where a waiting chat stands

-- Writes a queue's settings, from `row[at]` on; whether its waiting chats have to move, and whether it overflows
-- elsewhere now.
local function put_queue(row, at)
  local name = key('queue', row[at])
  local before, flat = redis.call('HMGET', name, unpack(LANES)), {}
  for i, setting in ipairs(SETTINGS) do
    flat[#flat + 1] = setting
    flat[#flat + 1] = row[at + i]
  end
  redis.call('HSET', name, 'removed', '0', unpack(flat))
  redis.call('SADD', P .. 'queues', row[at])
  S.reread_queue(row[at])
  local after = redis.call('HMGET', name, unpack(LANES))
  for i = 1, #LANES do
    if before[i] ~= after[i] then return before[1], before[1] and before[3] ~= after[3] end
  end
end

-- The queues that overflow to one of these, at last.
local function feeders(queues)
  local found, known, all = {}, {}, redis.call('SMEMBERS', P .. 'queues')
  table.sort(all)
  for _, queue in ipairs(queues) do
    known[queue] = true
  end
  repeat
    local before = #found
    for _, queue in ipairs(all) do
      if not known[queue] and known[S.queue(queue).overflow] then
        known[queue] = true
        found[#found + 1] = queue
      end
    end
  until #found == before
  return found
end

-- Those not configured any more: nothing new comes into them. Returns the ids.
local function remove_queues(configured)
  local gone = {}
  for _, queue in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    if not configured[queue] then
      redis.call('HSET', key('queue', queue), 'removed', '1')
      S.reread_queue(queue)
      gone[#gone + 1] = queue
    end
  end
  table.sort(gone)
  return gone
end

-- configure(version, queues, members, sites, then id and SETTINGS per queue, id name limit queues lanes per member, and
-- key queue per site). Taken only when newer. A limit that went down takes no chat away.
verb('configure', function(list)
  local version, queues, members, sites = list[1], list[2], list[3], list[4]
  if num(version) <= num(redis.call('HGET', P .. 'config', 'version')) then return S.reply('0') end
  local row, at, named, changed, moved, led, configured = list, 5, {}, {}, {}, {}, {}
  for _ = 1, num(queues) do
    configured[row[at]] = true
    local moves, elsewhere = put_queue(row, at)
    if moves then moved[#moved + 1] = row[at] end
    if elsewhere then led[#led + 1] = row[at] end
    at = at + 1 + #SETTINGS
  end
  for _ = 1, num(members) do
    local id, name, limit, served, lanes = row[at], row[at + 1], row[at + 2], row[at + 3], row[at + 4]
    local a = S.agent(id) or S.new_agent(id)
    if a.name ~= name or a.limit ~= limit or a.queues ~= served or a.lanes ~= lanes then
      for lane in S.lanes_of(a) do
        redis.call('ZREM', key('free', lane), id)
      end
      for queue in S.queues_of(a) do
        redis.call('ZREM', key('staff', queue), id)
      end
      S.put_all(a, { name = name, limit = limit, queues = served, lanes = lanes, stands = '' })
      redis.call('SADD', P .. 'agents', id)
      changed[#changed + 1] = id
    end
    named[id] = true
    at = at + 5
  end
  redis.call('DEL', P .. 'sites')
  for _ = 1, num(sites) do
    redis.call('HSET', P .. 'sites', row[at], row[at + 1])
    at = at + 2
  end
  redis.call('HSET', P .. 'config', 'version', version)
  local lost, relined, homeless = remove_queues(configured), {}, {}
  for _, queue in ipairs(lost) do
    for _, chat in ipairs(redis.call('ZRANGE', key('line', queue), 0, -1)) do
      homeless[#homeless + 1] = chat
    end
  end
  for _, queues in ipairs({ moved, feeders(led), lost }) do
    for _, queue in ipairs(queues) do
      if not relined[queue] then S.reline(queue) end
      relined[queue] = true
    end
  end
  for _, id in ipairs(changed) do
    S.say_agent(id)
    S.refresh(id)
  end
  local known = redis.call('SMEMBERS', P .. 'agents')
  table.sort(known)
  local gone = {}
  for _, id in ipairs(known) do
    if not named[id] then
      gone[#gone + 1] = id
      S.put(S.agent(id), 'limit', '0') -- none of them gets what another one leaves
      S.refresh(id)
    end
  end
  for _, id in ipairs(gone) do
    drop_member(id)
  end
  for _, id in ipairs(changed) do
    S.route_agent(id)
  end
  for _, queue in ipairs(moved) do
    for _, chat in ipairs(redis.call('ZRANGE', key('line', queue), 0, -1)) do
      S.route_chat(S.chat(chat))
      S.next_of_many()
    end
  end
  for _, chat in ipairs(homeless) do
    S.route_chat(S.chat(chat))
    S.next_of_many()
  end
  S.announce('configured', '"version":' .. version)
  return S.reply('1')
end, { 'allow-oom' }, true)

-- hours(version, queue, opens, ...): the instants of the days to come, of the configuration that is live.
verb('hours', function(list)
  if list[1] ~= redis.call('HGET', P .. 'config', 'version') then return S.reply('0') end
  for i = 2, #list, 2 do
    redis.call('HSET', key('queue', list[i]), 'opens', list[i + 1])
  end
  return S.reply('1')
end, { 'allow-oom' }, true)
