-- Hides what was recorded: a part of a card number whose other parts came in later messages.

-- redact(chat, seq, was, now, kind, author, cid): `now` replaces the fact `was` in the log, and goes into a fact of
-- this kind, by which every screen and SQL learn of it. The feed follows once SQL has read that far (`rewrite_feed`).
verb('redact', function(chat, seq, was, now, kind, author, cid)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  seq = num(seq)
  if redis.call('LINDEX', key('log', chat), seq - 1) ~= was then return refuse('nothing_to_do') end
  redis.call('LSET', key('log', chat), seq - 1, now)
  -- The digest of a few digits would give them away. `*` stands for any body: a resend gets its first result.
  for _, owner in ipairs({ chat, author }) do
    local kept = redis.call('HGET', key('cids', owner), author .. '|' .. cid)
    if kept then redis.call('HSET', key('cids', owner), author .. '|' .. cid, (string.gsub(kept, '^%S+', '*', 1))) end
  end
  S.put(c, 'bytes', int(num(c.bytes) + #now - #was))
  S.record(c, kind, '"of":' .. int(seq) .. ',"fact":' .. now)
  local at = string.match(was, '"at":(%d+)')
  redis.call('HSET', P .. 'redacted', chat .. ' ' .. int(seq), int(N) .. ' ' .. at)
  return S.reply(int(num(c.seq)))
end, { 'allow-oom' })
