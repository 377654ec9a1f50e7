-- A visitor has proven who they are. The proof is valid once, and a chat they began before may become theirs.

-- Copies the first results of one author to another, so that a resend by either is recognized. With `blank`, any body
-- matches: for copies that `redact` would not find.
local function hand_on(owner, to, before, visitor, blank)
  local told = {}
  for name, result in pairs(hash(key('cids', owner))) do
    local author, cid = string.match(name, '^(.*)|([^|]*)$')
    if author == before then
      told[#told + 1] = visitor .. '|' .. cid
      told[#told + 1] = blank and string.gsub(result, '^%S+', '*', 1) or result
    end
  end
  in_parts('HSET', key('cids', to), told)
end

-- Makes this the visitor's current chat, unless they have an open one and this one has ended.
local function lead_to(c, before)
  local mine, theirs = key('visitor', c.visitor), key('visitor', before)
  local current = redis.call('HGET', mine, 'chat')
  local other = current and S.chat(current)
  if not other or S.over(other) or not S.over(c) then
    redis.call('HSET', mine, 'chat', c.id)
    if other then S.put(c, 'before', current .. ' ' .. STAMP .. (c.before and ' ' .. c.before or '')) end
  end
  local agent = redis.call('HGET', theirs, 'last_agent')
  if agent then redis.call('HSETNX', mine, 'last_agent', agent) end
  if redis.call('HGET', theirs, 'chat') == c.id then redis.call('DEL', theirs, key('cids', before)) end
end

local function claim(c, visitor, payload, merged)
  local before = c.visitor
  hand_on(c.id, c.id, before, visitor)
  for earlier in string.gmatch(c.before or '', '(%S+) %d+') do
    hand_on(earlier, earlier, before, visitor, true)
  end
  hand_on(before, visitor, before, visitor)
  S.put(c, 'visitor', visitor)
  lead_to(c, before)
  S.record(c, 'profile', S.named(c), payload)
  S.put(c, 'profile', merged)
end

-- identify(visitor, use, by, till, chat, before, payload, merged): `use` names a proof that is valid once, and again
-- for the same `by`, until `till` (ms); empty: always valid. `chat` becomes the visitor's if it still belongs to
-- `before`.
verb('identify', function(visitor, use, by, till, chat, before, payload, merged)
  local used = use ~= '' and redis.call('GET', key('identity', use))
  if used and used ~= by then return refuse('identity_used') end
  if use ~= '' and not used then
    redis.call('SET', key('identity', use), by, 'PX', int(math.max(num(till) - NOW, 1)))
  end
  local c = chat ~= '' and S.chat(chat)
  if not c or c.visitor ~= before or before == visitor then return S.reply('0') end
  claim(c, visitor, payload, merged)
  return S.reply('1')
end)
