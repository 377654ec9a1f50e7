-- Fills an emptied store from SQL before it serves anybody: first the configuration, then the chats without an end.

local function write_cids(owner, told)
  if #told > 0 then in_parts('HSET', key('cids', owner), told) end
end

-- Restores the chat's state from its facts, before anything is recorded.
local function rebuild(told, log)
  local current = redis.call('HGET', key('visitor', told.visitor), 'chat')
  local other = current and S.chat(current)
  local c = S.create(told.chat, told.visitor, told.queue, told.site, told.channel, told.tongue, told.profile, other)
  local bytes = 0
  for _, json in ipairs(log) do
    bytes = bytes + #json
  end
  in_parts('RPUSH', key('log', c.id), log)
  S.put_all(c, {
    seq = int(#log),
    last = int(told.last),
    bytes = int(bytes),
    n = int(N),
    opened = int(told.opened),
    asked_seq = int(told.asked_seq),
  })
  -- Until their page has reconnected. Visitors who write by mail or text message have no page.
  if c.channel == 'web' then S.put_all(c, { here = '0', left = STAMP }) end
  if told.named ~= '' then S.put(c, 'named', told.named) end
  if told.tongue_by ~= '' then S.put(c, 'tongue_by', told.tongue_by) end
  -- The visitor may have another chat by now, if this one was not missed at once.
  if other and other.place ~= 'ended' then redis.call('HSET', key('visitor', told.visitor), 'chat', current) end
  write_cids(c.id, told.cids)
  write_cids(c.visitor, told.opening)
  return c
end

-- Restores a left message; it has to be handled unless somebody has done so.
local function lie_there(c, told)
  S.put_all(c, { place = 'ended', ended = int(told.ended), left_message = '1' })
  if not told.handled then redis.call('SADD', P .. 'left', c.id) end
  S.timer('reap', c.id, NOW + KEEP)
end

-- Lets an open chat wait again, with its full time: the store's loss makes nobody late.
local function wait_again(c, told, q)
  redis.call('SADD', P .. 'live', c.id)
  S.put(c, 'due', int(NOW + S.target_of(c, q)))
  S.put(c, 'reached', '')
  S.enqueue(c, q, true)
  if told.asked_at > 0 then S.put_all(c, { turn = int(told.asked_at), turn_seq = int(told.asked_seq) }) end
  S.clock(c)
  local turn = told.asked_at > 0 and ',"turn":' .. c.turn or ''
  S.record(c, 'reopened', S.entry(c) .. ',"opened":' .. c.opened .. turn, S.profile(c))
  if S.named(c) ~= '' then S.record(c, 'renamed', '', '{"name":' .. c.named .. '}') end
  if c.here == '0' then S.announce('presence', '"chat":"' .. c.id .. '","here":false') end
  S.route_chat(c)
end

-- revive(told, fact, ...): `told` is JSON of chat, visitor, queue, site, channel, tongue and tongue_by, profile and
-- named (themselves JSON), opened, last (its last public seq), asked_seq and asked_at (the visitor's last message, and
-- since when they wait for an answer; 0: they do not), ended (0: it is open), cids and opening (alternating names and
-- values, of the chat and of the visitor). Its facts follow. Returns "0" if the store has the chat. A left message that
-- has to be handled is restored only into an emptied store: no fact announces it, and screens count what the store has
-- once it is filled. A `handled` one is restored whenever its visitor replies, and does not count until then.
verb('revive', function(list)
  local told = cjson.decode(table.remove(list, 1))
  if S.chat(told.chat) or told.ended > 0 and not UNFILLED and not told.handled then return S.reply('0') end
  local q = S.home(told.queue, told.site) or S.queue(redis.call('HGET', P .. 'sites', told.site) or '')
  if not q then return S.reply('0') end
  told.queue = q.id
  local c = rebuild(told, list)
  if told.ended > 0 then
    lie_there(c, told)
  else
    wait_again(c, told, q)
  end
  return S.reply('1')
end, {}, true)

-- filled(agent, status, reason, ...): everything is restored, and the store may serve. Agents who were away still are;
-- `reason` is JSON.
verb('filled', function(list)
  for i = 1, #list, 3 do
    local a = S.agent(list[i])
    if a and not a.status then S.put_all(a, { status = list[i + 1], reason = list[i + 2] }) end
  end
  redis.call('HDEL', P .. 'head', 'unfilled')
  return S.reply()
end, { 'allow-oom' }, true)
