-- Deletes a chat from the store early: an admin erases it, or its retention in the archive is over.

-- erase(chat): returns "erased" and its number in the feed, "running", "behind" (SQL has not read all of it), or
-- "gone".
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

local MOST = 20000 -- entries rewritten in one call: blocks the store for about 50 ms

-- Returns the redacted facts that can leave the feed: "<chat> <seq>" -> when (ms) they were recorded. A consumer in SQL
-- identifies the last entry it has read by its text, so all consumers must have read the redaction too.
local function redacted(upto)
  local found = hash(P .. 'redacted')
  for fact, value in pairs(found) do
    local n, at = string.match(value, '^(%d+) (%d+)$')
    found[fact] = num(n) <= num(upto) and num(at) or nil
  end
  return found
end

-- The entry's JSON with the fact as its chat's log has it now.
local function current(json, hidden)
  local chat, seq = string.match(json, '^{"kind":"[%l_]+","at":%d+,"chat":"([^"]*)","seq":(%d+),')
  if not chat or not hidden[chat .. ' ' .. seq] then return json end
  return redis.call('LINDEX', key('log', chat), num(seq) - 1) or json
end

local function rewrite(feed, rows, hidden)
  redis.call('DEL', feed)
  for _, row in ipairs(rows) do
    redis.call('XADD', feed, row[1], 'f', current(row[2][2], hidden))
  end
  for fact in pairs(hidden) do
    redis.call('HDEL', P .. 'redacted', fact)
  end
end

-- rewrite_feed(upto): a deleted entry is only marked until its whole page of the stream is freed, so its text would
-- stay in memory. This rewrites the feed with the same ids, and with the redactions up to `upto`. A feed with more than
-- MOST entries is left alone: its old pages are freed within five minutes. Returns how many redacted facts may still be
-- in it.
verb('rewrite_feed', function(upto)
  local feed, hidden = P .. 'feed', redacted(upto)
  if num(upto) > 0 and not next(hidden) then
    -- SQL may be behind for long. Nothing can leave the feed yet, and the caller asks every second.
    return S.reply(int(redis.call('HLEN', P .. 'redacted')))
  end
  if redis.call('XLEN', feed) <= MOST then
    rewrite(feed, redis.call('XRANGE', feed, '-', '+'), hidden)
  else
    local first = num(string.match(redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1][1], '^(%d+)'))
    for fact, at in pairs(hidden) do
      if at < first then redis.call('HDEL', P .. 'redacted', fact) end
    end
  end
  return S.reply(int(redis.call('HLEN', P .. 'redacted')))
end, { 'allow-oom' })
