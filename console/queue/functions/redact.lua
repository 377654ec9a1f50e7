-- Hides text that is already recorded: part of a card number whose other parts came in later messages.

local FEWEST = 7 -- fewest digits of a part that is searched for in a draft, as LONG in console/domain/quotes.py

-- Returns what a person wrote in a fact: a message or note, a transfer, or a rating.
local function text_of(json)
  local fact = cjson.decode(json)
  return fact.text or fact.note or fact.comment or ''
end

-- The holder's unsent text may repeat the hidden part, so it is hidden there too.
local function redact_draft(chat, was, now)
  local draft = redis.call('GET', key('draft', chat))
  if not draft then return end
  local first, last = 1, 0
  while string.byte(was, first) and string.byte(was, first) == string.byte(now, first) do
    first = first + 1
  end
  while last < math.min(#was, #now) - first + 1 and string.byte(was, #was - last) == string.byte(now, #now - last) do
    last = last + 1
  end
  local part, masked = string.sub(was, first, #was - last), string.sub(now, first, #now - last)
  local _, digits = string.gsub(masked, '•', '') -- digits of any script
  if digits < FEWEST then return end
  -- Both may hold any text, as from an answer that repeats two parts, and `%` is special in a pattern and a
  -- replacement.
  part, masked = string.gsub(part, '%p', '%%%0'), string.gsub(masked, '%%', '%%%%')
  -- Not inside a longer number.
  if string.find(part, '^%d') then part = '%f[%d]' .. part end
  if string.find(part, '%d$') then part = part .. '%f[%D]' end
  redis.call('SET', key('draft', chat), (string.gsub(draft, part, masked)))
end

-- `*` stands for any body: a resend gets its first result.
local function any_body(owner, command)
  local kept = redis.call('HGET', key('cids', owner), command)
  if kept then redis.call('HSET', key('cids', owner), command, (string.gsub(kept, '^%S+', '*', 1))) end
end

-- redact(chat, seq, was, now, kind, author, cid, by): `now` replaces the fact `was` in the log, and goes into a fact of
-- this kind, which updates every screen and SQL. The feed follows once SQL has read that far (`rewrite_feed`). `by`
-- wrote the message that made it necessary; empty for the author.
verb('redact', function(chat, seq, was, now, kind, author, cid, by)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  seq = num(seq)
  if redis.call('LINDEX', key('log', chat), seq - 1) ~= was then return refuse('nothing_to_do') end
  redis.call('LSET', key('log', chat), seq - 1, now)
  -- The digest of a few digits would reveal them; so would the copies that `identify` made.
  for _, owner in ipairs({ chat, author, c.visitor }) do
    any_body(owner, author .. '|' .. cid)
    any_body(owner, c.visitor .. '|' .. cid)
  end
  redact_draft(chat, text_of(was), text_of(now))
  S.put(c, 'bytes', int(num(c.bytes) + #now - #was))
  local whose = by ~= '' and ',"by":' .. cjson.encode(by) or ''
  S.record(c, kind, '"of":' .. int(seq) .. whose .. ',"fact":' .. now)
  local at = string.match(was, '"at":(%d+)')
  redis.call('HSET', P .. 'redacted', chat .. ' ' .. int(seq), int(N) .. ' ' .. at)
  return S.reply(int(num(c.seq)))
end, { 'allow-oom' })
