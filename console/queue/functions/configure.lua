-- The configuration: queues, members and sites as they are in SQL.

local function drop_member(id)
  -- Chats go back to their queues while the member's lanes still exist; then the member disappears.
  S.lose(id, NOW)
  S.empty_hands(id)
  for queue in S.queues_of(S.agent(id)) do
    redis.call('ZREM', key('staff', queue), id)
    MANNED[queue] = nil
  end
  S.no_timer('grace', id)
  S.no_timer('lost', id)
  S.no_timer('breather', id)
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
  S.uncount(id)
  redis.call('DEL', key('agent', id), key('held', id), key('clocks', id), key('later', id))
  redis.call('SREM', P .. 'agents', id)
  S.changed_settings()
end

-- the settings that decide where a waiting chat is listed
local LANES = { 'mode', 'languages', 'overflow', 'overflow_after', 'head', 'language_after', 'channels' }

-- Writes a queue's settings. Returns whether its waiting chats have to move, and whether overflow has changed: out of
-- the queue, or into it, because it is new or restored.
local function put_queue(told)
  local name, flat = key('queue', told.id), { 'removed', '0', 'opens', told.opens }
  local before, removed = redis.call('HMGET', name, unpack(LANES)), redis.call('HGET', name, 'removed')
  for setting, value in pairs(told.settings) do
    flat[#flat + 1] = setting
    flat[#flat + 1] = type(value) == 'number' and int(value) or value
  end
  redis.call('HSET', name, unpack(flat))
  redis.call('DEL', key('words', told.id))
  for language, phrases in pairs(told.words) do
    redis.call('HSET', key('words', told.id), language, phrases)
  end
  redis.call('SADD', P .. 'queues', told.id)
  S.changed_settings()
  local after = redis.call('HMGET', name, unpack(LANES))
  local elsewhere = removed ~= '0' or before[3] ~= after[3]
  for i = 1, #LANES do
    if before[i] ~= after[i] then return before[1], elsewhere end
  end
  return false, elsewhere
end

-- Returns the queues that overflow into one of these, directly or indirectly.
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

-- Marks queues that are no longer configured: no new chats enter them. Returns their ids.
local function remove_queues(configured)
  local gone = {}
  for _, queue in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    if not configured[queue] then
      -- Kept with `removed` rather than deleted: its chats still need the settings until they have left.
      redis.call('HSET', key('queue', queue), 'removed', '1')
      S.changed_settings()
      gone[#gone + 1] = queue
    end
  end
  table.sort(gone)
  return gone
end

-- Writes a member. Returns whether anything changed.
local function put_member(told)
  local id = told.id
  local a = S.agent(id) or S.new_agent(id)
  local most = told.most or told.limit -- an older process knows one limit only
  local channel_slots = told.channel_slots or ''
  if
    a.name == told.name
    and a.limit == told.limit
    and a.most == most
    and (a.channel_slots or '') == channel_slots
    and a.queues == told.queues
    and a.lanes == told.lanes
  then
    return false
  end
  -- Leave the old lanes before the new ones are written: afterwards they are no longer known.
  for lane in S.lanes_of(a) do
    redis.call('ZREM', key('free', lane), id)
  end
  a.formerly = a.queues or ''
  S.put_all(a, {
    name = told.name,
    limit = told.limit,
    most = most,
    channel_slots = channel_slots,
    queues = told.queues,
    lanes = told.lanes,
    stands = '',
  })
  redis.call('SADD', P .. 'agents', id)
  S.changed_settings()
  return true
end

-- configure(version, told, mark): `mark` identifies the content; `told` is JSON of queues {id, opens, settings by name,
-- words by language}, members {id, name, limit, most, channel_slots, queues, lanes} and sites (key to queue). `limit`
-- is how many chats the member gets; `most` is the supervisors' limit, which may be higher; `channel_slots` is how many
-- chats of other channels the member gets in addition ('': they count in `limit`). Accepted only if newer. A lowered
-- limit takes no chat away.
verb('configure', function(version, told, mark)
  if num(version) <= num(redis.call('HGET', P .. 'config', 'version')) then return S.reply('0') end
  told = cjson.decode(told)
  local named, changed, moved, led, configured = {}, {}, {}, {}, {}
  for _, queue in ipairs(told.queues) do
    configured[queue.id] = true
    local moves, elsewhere = put_queue(queue)
    if moves then moved[#moved + 1] = queue.id end
    if elsewhere then led[#led + 1] = queue.id end
  end
  for _, member in ipairs(told.members) do
    if put_member(member) then changed[#changed + 1] = member.id end
    named[member.id] = true
  end
  redis.call('DEL', P .. 'sites')
  for site, queue in pairs(told.sites) do
    redis.call('HSET', P .. 'sites', site, queue)
  end
  redis.call('HSET', P .. 'config', 'version', version, 'mark', mark)
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
    for queue in string.gmatch(S.agent(id).formerly, '%S+') do -- only now: lines were moved while still staffed
      redis.call('ZREM', key('staff', queue), id)
      MANNED[queue] = nil
    end
    S.say_agent(id)
    S.refresh(id)
  end
  -- Sorted everywhere in this verb: the order of SMEMBERS is arbitrary, and the model test expects one order.
  local known = redis.call('SMEMBERS', P .. 'agents')
  table.sort(known)
  local gone = {}
  for _, id in ipairs(known) do
    if not named[id] then
      gone[#gone + 1] = id
      S.put(S.agent(id), 'limit', '0') -- so that none of them gets a chat that another one gives up
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
  for _, queue in ipairs(told.queues) do
    S.empty_tier(queue.id)
  end
  S.announce('configured', '"version":' .. version)
  return S.reply('1')
end, { 'allow-oom' })

-- hours(version, queue, opens, ...): the coming days' open times for the live configuration.
verb('hours', function(list)
  if list[1] ~= redis.call('HGET', P .. 'config', 'version') then return S.reply('0') end
  for i = 2, #list, 2 do
    redis.call('HSET', key('queue', list[i]), 'opens', list[i + 1])
  end
  S.changed_settings()
  return S.reply('1')
end, { 'allow-oom' }, true)
