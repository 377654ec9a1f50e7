-- What is read as a whole: the workspace for a projection, a chat, a page of its log.

local LINE = {
  'place',
  'queue',
  'visitor',
  'site',
  'channel',
  'profile',
  'opened',
  'since',
  'agent',
  'slot',
  'turn',
  'due',
  'late',
  'here',
  'left',
  'seq',
  'last',
  'rank',
  'until',
  'promise',
  'promise_late',
  'named',
  'reason',
  'tags',
  'guests',
  'watchers',
  'reached',
  'any',
}

-- {id, values of LINE} of each live chat; {id} of one that is not.
local function read_chats(ids)
  local found = {}
  for i, id in ipairs(ids) do
    local live = redis.call('SISMEMBER', P .. 'live', id) == 1
    found[i] = { id, live and redis.call('HMGET', key('chat', id), unpack(LINE)) or nil }
  end
  return found
end

local function last_entry()
  local last = redis.call('XREVRANGE', P .. 'feed', '+', '-', 'COUNT', 1)
  return last[1] and last[1][1] or '0-0'
end

-- A whole workspace at once would hold up everybody else for 20 ms per 1,000 chats. So chats are read in pages, each at
-- its own number, and then again those that a fact after the first page names: all that changes in a chat has one.

-- snapshot_page(cursor, count): the next cursor ("0": this was the last page), last entry, number, LINE, and about
-- `count` live chats.
verb('snapshot_page', function(cursor, count)
  local found = redis.call('SSCAN', P .. 'live', cursor, 'COUNT', count)
  return S.reply(found[1], last_entry(), int(N), LINE, read_chats(found[2]))
end, { 'no-writes' })

-- snapshot_rest(entry, n, most): what the pages lack, if they began after `entry` with the number `n`. First last entry,
-- number, LINE and the chats named by facts since. Beyond `most` facts only as far as these go: ask for the next ones.
-- Else also left messages, {id, fields, held, times, levels, put off} per agent, {id, pace, spans} per queue, and the latest late answers.
-- "0-0" and no more if facts are missing: begin anew.
verb('snapshot_rest', function(entry, n, most)
  local upto = math.min(N, num(n) + num(most))
  local rows = redis.call('XRANGE', P .. 'feed', '(' .. entry, '+', 'COUNT', most)
  if #rows ~= upto - num(n) then return S.reply('0-0') end
  local ids, seen = {}, {}
  for _, row in ipairs(rows) do
    local id = string.match(row[2][2], '"chat":"([^"]+)"')
    if id and not seen[id] then
      seen[id] = true
      ids[#ids + 1] = id
    end
  end
  if upto < N then return S.reply(rows[#rows][1], int(upto), LINE, read_chats(ids)) end
  local agents, queues = {}, {}
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    queues[#queues + 1] = { id, redis.call('HGET', key('queue', id), 'pace') or '0', S.spans(id) }
  end
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'agents')) do
    agents[#agents + 1] = {
      id,
      redis.call('HGETALL', key('agent', id)),
      redis.call('HGETALL', key('held', id)),
      redis.call('HGETALL', key('times', id)),
      redis.call('HGETALL', key('levels', id)),
      S.put_off_by(id),
    }
  end
  return S.reply(
    last_entry(),
    int(N),
    LINE,
    read_chats(ids),
    redis.call('SCARD', P .. 'left'),
    agents,
    queues,
    redis.call('LRANGE', P .. 'lates', 0, -1)
  )
end, { 'no-writes' })

-- read_chat(chat): its fields, draft and last 300 facts; refused if there is no such chat.
verb('read_chat', function(chat)
  if redis.call('EXISTS', key('chat', chat)) == 0 then return refuse('gone') end
  return S.reply(S.whole(chat, 300), int(N))
end, { 'no-writes' })

-- history(chat, before, count): facts older than `before`, oldest first; beyond the end, the last ones. With the seq of
-- the first of them.
verb('history', function(chat, before, count)
  local upto = math.min(math.max(num(before) - 1, 0), redis.call('LLEN', key('log', chat)))
  local from = math.max(upto - num(count), 0)
  return S.reply(
    redis.call('HGET', key('chat', chat), 'visitor') or '',
    redis.call('HGET', key('chat', chat), 'agent') or '',
    upto > 0 and redis.call('LRANGE', key('log', chat), from, upto - 1) or {},
    from + 1
  )
end, { 'no-writes' })
