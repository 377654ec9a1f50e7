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
  'reason',
  'tags',
  'guests',
  'watchers',
  'reached',
  'any',
}

-- snapshot(): number, last entry, left messages, {id, fields, held, times} per agent, LINE, {id, values of LINE} per
-- live chat, {id, pace, spans} per queue, and the latest late answers.
verb('snapshot', function()
  local agents, chats, queues = {}, {}, {}
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    queues[#queues + 1] = { id, redis.call('HGET', key('queue', id), 'pace') or '0', S.spans(id) }
  end
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'agents')) do
    agents[#agents + 1] = {
      id,
      redis.call('HGETALL', key('agent', id)),
      redis.call('HGETALL', key('held', id)),
      redis.call('HGETALL', key('times', id)),
    }
  end
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'live')) do
    chats[#chats + 1] = { id, redis.call('HMGET', key('chat', id), unpack(LINE)) }
  end
  local last = redis.call('XREVRANGE', P .. 'feed', '+', '-', 'COUNT', 1)
  return S.reply(
    int(N),
    last[1] and last[1][1] or '0-0',
    redis.call('SCARD', P .. 'left'),
    agents,
    LINE,
    chats,
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
