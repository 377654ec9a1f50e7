-- Deletes a chat from the store early: an admin erases it, or its retention in the archive is over.

-- erase(chat): "erased" and its number in the feed, "running", "behind" (SQL has not read all of it), or "gone".
verb('erase', function(chat)
  local c = S.chat(chat)
  local left = redis.call('SISMEMBER', P .. 'left', chat) == 1
  if not c and not left then return S.reply('gone', '0') end
  if c and c.place ~= 'ended' then return S.reply('running', '0') end
  if c and num(redis.call('HGET', P .. 'head', 'archived')) < num(c.n) then return S.reply('behind', '0') end
  redis.call('SREM', P .. 'left', chat)
  S.no_timer('reap', chat)
  if c then S.drop(c) end
  S.announce('erased', '"chat":"' .. chat .. '","left":' .. (left and 'true' or 'false'))
  return S.reply('erased', int(N))
end, { 'allow-oom' })

local MOST = 20000 -- entries rewritten in one call: about 50 ms in which the store serves nobody

-- rewrite_feed(): a deleted entry is only marked until its whole page of the stream is freed, so the text would stay in
-- memory. The feed is rewritten with the same ids. "0" for a longer feed: its old pages are freed within five minutes.
verb('rewrite_feed', function()
  local feed = P .. 'feed'
  if redis.call('XLEN', feed) > MOST then return S.reply('0') end
  local rows = redis.call('XRANGE', feed, '-', '+')
  redis.call('DEL', feed)
  for _, row in ipairs(rows) do
    redis.call('XADD', feed, row[1], unpack(row[2]))
  end
  return S.reply('1')
end, { 'allow-oom' })
