-- Reads of whole things: the workspace for a projection, a chat, a page of its log.

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
  'bot',
  'tongue',
  'tongue_by',
  'aside',
}

local function line_of(c)
  local values = {}
  for i, field in ipairs(LINE) do
    values[i] = field == 'profile' and S.profile(c) or c[field] or false
  end
  return values
end

-- Returns {id, values of LINE} for each live chat; {id} for one that is not live.
local function read_chats(ids)
  local found = {}
  for i, id in ipairs(ids) do
    local c = redis.call('SISMEMBER', P .. 'live', id) == 1 and S.peek('chat', id)
    found[i] = { id, c and line_of(c) or nil }
  end
  return found
end

local function last_entry()
  local last = redis.call('XREVRANGE', P .. 'feed', '+', '-', 'COUNT', 1)
  return last[1] and last[1][1] or '0-0'
end

local function read_agents(ids)
  local found = {}
  for i, id in ipairs(ids) do
    local a, times, levels = S.peek('agent', id), S.member_figures(id)
    found[i] = {
      id,
      a and S.fields(a) or {},
      redis.call('HGETALL', key('held', id)),
      times,
      levels,
      S.put_off_by(id),
    }
  end
  return found
end

-- Reading a whole workspace at once would block the store for 20 ms per 1,000 chats. So chats, agents and figures are
-- read in pages, each at its own number. Then those named by a fact after the first page are read again: every change
-- of a chat or agent has such a fact. Figures change in the current spans only; `counted` says in which queues.

-- snapshot_page(cursor, count): the next cursor ("0": this was the last page), last entry, number, LINE, and about
-- `count` live chats.
verb('snapshot_page', function(cursor, count)
  local found = redis.call('SSCAN', P .. 'live', cursor, 'COUNT', count)
  return S.reply(found[1], last_entry(), int(N), LINE, read_chats(found[2]))
end, { 'no-writes' })

-- snapshot_scopes(): the ids of agents and queues.
verb(
  'snapshot_scopes',
  function() return S.reply(redis.call('SMEMBERS', P .. 'agents'), redis.call('SMEMBERS', P .. 'queues')) end,
  { 'no-writes' }
)

-- snapshot_agents(ids...): {id, fields, held, times, levels, put off} of each.
verb('snapshot_agents', function(...) return S.reply(read_agents({ ... })) end, { 'no-writes' })

-- snapshot_spans(queue): its spans.
verb('snapshot_spans', function(queue) return S.reply(S.spans(queue, 0)) end, { 'no-writes' })

-- Returns the chats that these entries name, and the agents: those named, and those who have one of the chats or its
-- wrap-up left for later.
local function named_in(rows)
  local chats, agents, seen = {}, {}, {}
  local function note(list, id)
    if id and id ~= '' and not seen[list][id] then
      seen[list][id] = true
      list[#list + 1] = id
    end
  end
  seen[chats], seen[agents] = {}, {}
  for _, row in ipairs(rows) do
    local json = row[2][2]
    note(chats, string.match(json, '"chat":"([^"]+)"'))
    for id in string.gmatch(json, '"agent":"([^"]+)"') do
      note(agents, id)
    end
    note(agents, string.match(json, '"author":{"id":"([^"]+)"'))
  end
  for _, id in ipairs(chats) do
    local c = S.peek('chat', id)
    note(agents, c and c.agent)
    note(agents, c and c.later)
  end
  return chats, agents
end

-- Returns {id, pace, spans since `since`} for each queue: no spans if it has counted nothing since the number `n`, all
-- spans if a past one has changed.
local function read_queues(n, since)
  local found = {}
  for i, id in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    local values = redis.call('HMGET', key('queue', id), 'pace', 'counted', 'counted_back')
    local back = num(values[3]) >= num(n)
    local new = math.max(num(values[2]), S.counted_at(id)) >= num(n)
    found[i] = { id, values[1] or '0', (back or new) and S.spans(id, back and 0 or num(since)) or {} }
  end
  return found
end

-- snapshot_rest(entry, n, most, first, since, agents...): what the pages lack, after `entry` with the number `n`; the
-- pages began at the number `first` and the time `since`. Returns last entry, number, LINE, the chats and agents named
-- by facts since then, and the given `agents`. With more than `most` facts, the result covers only these: call again
-- for the next ones. Otherwise it also has left messages, the queues, the latest late answers, and all bots. Only "0-0"
-- if facts are missing: start over.
verb('snapshot_rest', function(entry, n, most, first, since, ...)
  local upto = math.min(N, num(n) + num(most))
  local rows = redis.call('XRANGE', P .. 'feed', '(' .. entry, '+', 'COUNT', most)
  if #rows ~= upto - num(n) then return S.reply('0-0') end
  local chats, ids = named_in(rows)
  for _, id in ipairs({ ... }) do
    ids[#ids + 1] = id
  end
  if upto < N then return S.reply(rows[#rows][1], int(upto), LINE, read_chats(chats), read_agents(ids)) end
  return S.reply(
    last_entry(),
    int(N),
    LINE,
    read_chats(chats),
    read_agents(ids),
    redis.call('SCARD', P .. 'left'),
    read_queues(first, since),
    redis.call('LRANGE', P .. 'lates', 0, -1),
    S.bots()
  )
end, { 'no-writes' })

-- read_chat(chat): its fields, draft and last 300 facts; refused if there is no such chat.
verb('read_chat', function(chat)
  if redis.call('EXISTS', key('chat', chat)) == 0 then return refuse('gone') end
  return S.reply(S.whole(chat, 300), int(N))
end, { 'no-writes' })

-- place(chat): '' if there is no such chat.
verb('place', function(chat)
  local c = S.peek('chat', chat)
  return S.reply(c and c.place or '')
end, { 'no-writes' })

-- history(chat, before, count): facts older than `before`, oldest first; beyond the end, the last ones. With the seq of
-- the first of them.
verb('history', function(chat, before, count)
  local upto = math.min(math.max(num(before) - 1, 0), redis.call('LLEN', key('log', chat)))
  local from = math.max(upto - num(count), 0)
  local c = S.peek('chat', chat) or {}
  return S.reply(
    c.visitor or '',
    c.agent or '',
    upto > 0 and redis.call('LRANGE', key('log', chat), from, upto - 1) or {},
    from + 1
  )
end, { 'no-writes' })
