-- What an integration does, in any chat that has not ended, without a console, a slot or a fence.

-- integration_say(author, chat, cid, digest, payload): a message of a bot. It answers nothing, and all clocks go on. If a
-- bot has the chat, though, it counts as the reply that the visitor waits for.
verb('integration_say', function(by, chat, cid, digest, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  if answer then return answer end
  if S.full(c) then return refuse('chat_full') end
  local seq = S.record(c, 'message', '"by":"bot"', payload)
  if c.place == 'bot' and c.bot == by then S.bot_said(c) end
  return S.done(chat, by, cid, digest, seq, chat)
end)

-- integration_end(author, chat, cid, digest, payload)
verb('integration_end', function(by, chat, cid, digest, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  if answer then return answer end
  S.finish(c, c.place == 'bot' and c.bot == by and 'bot' or 'integration', payload)
  return S.done(chat, by, cid, digest, num(c.seq), chat)
end, { 'allow-oom' })

-- integration_set_language(author, chat, cid, digest, tongue, payload)
verb('integration_set_language', function(by, chat, cid, digest, tongue, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  return answer or S.says_language(c, by, cid, digest, tongue, payload)
end)

-- integration_label(author, chat, cid, digest, reason, tags, payload): `reason` and `tags` are JSON.
verb('integration_label', function(by, chat, cid, digest, reason, tags, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  if answer then return answer end
  if reason == (c.reason or '') and tags == (c.tags or '') then return refuse('nothing_to_do') end
  S.put(c, 'reason', reason)
  S.put(c, 'tags', tags)
  local seq = S.record(c, 'labelled', '', payload)
  return S.done(chat, by, cid, digest, seq, chat)
end, { 'allow-oom' })
