-- What a visitor does.

local MOST_LEFT = 20 -- chats that one remembers

-- Returns the chats that the visitor left less than ten minutes ago, each with the time (ms), latest first; nil for
-- none. `c`, if any, is their current chat.
local function left_chats(c)
  if not c or num(c.ended) > 0 and NOW - num(c.ended) >= REOPEN then return nil end
  local left, count = c.id .. ' ' .. STAMP, 1
  for earlier, at in string.gmatch(c.before or '', '(%S+) (%d+)') do
    if NOW - num(at) < REOPEN and count < MOST_LEFT then
      left, count = left .. ' ' .. earlier .. ' ' .. at, count + 1
    end
  end
  return left
end

-- Returns the first result of the visitor's command, in this chat or one they left for it, as `again` in base.lua.
-- Visitors' frames name no chat, so a process that was paused may later repeat, in the next chat, a command that
-- another process has done in the last one.
function S.again_of_visitor(c, cid, digest)
  local again = S.again(c.id, c.visitor, cid, digest)
  if again or not c.before then return again end
  for earlier, at in string.gmatch(c.before, '(%S+) (%d+)') do
    if NOW - num(at) >= REOPEN then return nil end
    again = S.again(earlier, c.visitor, cid, digest)
    if again then return again end
  end
end

-- `last`, if any, is the chat that the visitor had until now.
function S.create(chat, visitor, queue, site, channel, tongue, opened, last)
  local c = S.new_chat(chat)
  S.put(c, 'before', left_chats(last))
  S.put_all(c, {
    place = 'waiting',
    queue = queue,
    visitor = visitor,
    site = site,
    channel = channel,
    profile = opened,
    tongue = tongue,
    agent = '',
    slot = '0',
    opened = STAMP,
    since = STAMP,
    turn = '0',
    turn_seq = '0',
    due = '0',
    late = '0',
    asked_seq = '0',
    here = '1',
    left = '0',
    seen_visitor = '0',
    seen_agent = '0',
  })
  redis.call('HSET', key('visitor', visitor), 'chat', chat)
  return c
end

local function tab(c, connection)
  if connection == '' or S.over(c) then return end
  redis.call('ZADD', key('tabs', c.id), int(NOW + TAB_LEASE), connection)
  S.timer('tabs', c.id, NOW + TAB_LEASE)
  if c.here == '0' then
    S.put(c, 'here', '1')
    S.put(c, 'left', '0')
    S.no_timer('abandon', c.id)
    S.announce('presence', '"chat":"' .. c.id .. '","here":true')
  end
end

-- Records a visitor's message while a bot has the chat: no turn, no clock.
local function words_to_bot(c, payload)
  local seq = S.record(c, 'message', '"by":"visitor"', payload)
  S.put(c, 'asked_seq', int(seq))
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
  S.asks_bot(c)
  return seq
end

-- Records a visitor's message in an open chat: the fact, the turn, the clock.
local function words(c, payload)
  if c.place == 'bot' then return words_to_bot(c, payload) end
  local q = S.queue(c.queue)
  local seq = num(c.seq) + 1
  local opens = num(c.turn) == 0
  if opens then S.open_turn(c, q, seq, NOW) end
  S.record(c, 'message', '"by":"visitor"' .. S.running(c), payload)
  S.put(c, 'asked_seq', int(seq))
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
  if opens then S.clock(c) end
  if opens and c.place == 'active' then
    -- The agent is disconnected and the short grace period is over: this message should not wait for the long one.
    local a = S.refresh(c.agent)
    if a.connected ~= '1' and NOW - num(a.gone) >= 3000 and S.somebody(c) then S.release(c, 'gone') end
  end
  return seq
end

-- Returns the visitor's language, as part of a fact. An older release stored whatever the browser said.
local function spoken(c)
  local tongue, by = string.match(c.tongue or '', '^%a+$'), c.tongue_by or ''
  return (tongue and ',"language":"' .. tongue .. '"' or '') .. (by ~= '' and ',"language_by":"' .. by .. '"' or '')
end

-- Returns the part that facts about a new or reopened chat share.
function S.entry(c)
  return '"queue":"'
    .. c.queue
    .. '","site":"'
    .. c.site
    .. '","channel":"'
    .. c.channel
    .. '","due":'
    .. c.due
    .. ',"rank":'
    .. c.rank
    .. spoken(c)
end

-- Returns the name that an agent gave the visitor, for facts that have the page's.
function S.named(c) return (c.named or '') ~= '' and '"named":' .. c.named or '' end

-- Returns the bot that ended the chat, if it can have it again.
local function bot_again(c) return (c.bot or '') ~= '' and S.first_bot(S.queue(c.queue), c.channel) or nil end

local function reopen(c)
  S.unlist(c)
  local b = bot_again(c)
  local q = b and S.queue(c.queue) or S.entrance(S.queue(c.queue))
  S.put_all(c, {
    queue = q.id,
    due = int(NOW + S.target_of(c, q)),
    reached = '',
    assigned = '0',
    reason = '',
    tags = '',
    later = '',
    guests = '',
    watchers = '',
    here = '1',
    left = '0',
  })
  if b then
    S.out_of_line(c)
  else
    -- The bot's time so far does not count as the team's.
    if (c.bot or '') ~= '' then S.put_all(c, { bot = '', handed_at = STAMP }) end
    S.enqueue(c, q, true)
  end
  redis.call('SADD', P .. 'live', c.id)
  S.no_timer('reap', c.id)
  S.put(c, 'ended', '0')
  S.record(c, 'reopened', S.entry(c) .. ',"opened":' .. c.opened, S.profile(c))
  if b then S.begin_with_bot(c, b) end
  -- A separate fact, since visitors see the one above.
  if S.named(c) ~= '' then S.record(c, 'renamed', '', '{"name":' .. c.named .. '}') end
end

local function reopens(c)
  local q = S.queue(c.queue)
  local into = not q.removed and S.entrance(q)
  return c.left_message ~= '1'
    and NOW - num(c.ended) <= REOPEN
    and (into and S.staffed(into.id) or bot_again(c))
    and redis.call('HGET', key('visitor', c.visitor), 'chat') == c.id
end

-- visitor_say(chat, visitor, connection, cid, digest, payload, budgets)
verb('visitor_say', function(chat, visitor, connection, cid, digest, payload, budgets)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  if c.visitor ~= visitor then return refuse('not_found') end
  local again = S.again_of_visitor(c, cid, digest)
  if again then return again end
  if S.is_full(c) then return refuse('chat_full') end
  local ended = S.over(c)
  if ended and not reopens(c) then return refuse('ended') end
  local poor = S.afford(budgets)
  if poor then return poor end
  S.spend()
  local wrapped = c.place == 'wrapup' and c.agent
  if wrapped then S.wrap(c, 'reopened') end
  if ended then reopen(c) end
  tab(c, connection)
  local seq = words(c, payload)
  if ended then S.route_chat(c) end
  if wrapped then S.route_agent(wrapped) end
  return S.done(chat, visitor, cid, digest, seq, chat)
end)

-- The start that `open` and `leave_message` share. Returns a reply if there already is one; else the queue, or nil, and
-- the visitor's chat.
local function entering(visitor, queue, site, cid, digest, budgets, proof)
  local again = S.again(visitor, visitor, cid, digest)
  if again then return again end
  local poor = S.afford(budgets, visitor, proof)
  if poor then return poor end
  local current = redis.call('HGET', key('visitor', visitor), 'chat')
  return nil, S.home(queue, site), current and S.chat(current) or nil
end

-- open(chat, visitor, connection, queue, site, channel, tongue, cid, digest, opened, message, budgets, address, proof,
-- ahead): `ahead` is the chat's own head start (ms).
-- The chat begins with the queue's bot, if that can have it, whoever is online. If the visitor already has an open
-- chat, because a second tab was faster, the message goes there, so nothing is lost.
verb(
  'open',
  function(
    chat,
    visitor,
    connection,
    queue,
    site,
    channel,
    tongue,
    cid,
    digest,
    opened,
    message,
    budgets,
    address,
    proof,
    ahead
  )
    local answer, q, c = entering(visitor, queue, site, cid, digest, budgets, proof)
    if answer then return answer end
    if c and not S.over(c) then
      if S.is_full(c) then return refuse('chat_full') end
      S.spend()
      tab(c, connection)
      return S.done(visitor, visitor, cid, digest, words(c, message), c.id)
    end
    if not q or q.removed then return refuse('not_found') end
    local b = S.first_bot(q, channel)
    if not b then
      q = S.entrance(q)
      if not q or not S.staffed(q.id) then return refuse('closed') end
      if q.longest > 0 and redis.call('ZCARD', key('line', q.id)) >= q.longest then return refuse('line_full') end
    end
    queue = q.id
    S.spend()
    c = S.create(chat, visitor, queue, site, channel, tongue, opened, c)
    S.put(c, 'address', address or '')
    if num(ahead) > 0 then S.put(c, 'ahead', ahead) end
    redis.call('SADD', P .. 'live', chat)
    if b then
      S.out_of_line(c)
    else
      S.put(c, 'due', int(NOW + S.target_of(c, q)))
      S.enqueue(c, q, false)
    end
    S.record(c, 'opened', S.entry(c), opened)
    S.tally_chat(c, { opened = 1 })
    if b then S.begin_with_bot(c, b) end
    tab(c, connection)
    local seq = words(c, message)
    S.route_chat(c)
    return S.done(visitor, visitor, cid, digest, seq, chat)
  end
)

-- Files the chat, which already has its text, as a left message.
local function file(c, payload)
  S.put(c, 'left_message', '1')
  redis.call('SADD', P .. 'left', c.id)
  S.tally(c.queue, { left = 1 })
  S.finish(c, 'message_left', payload)
end

-- The visitor stops waiting: the chat, with everything they wrote in it, becomes a left message with an address.
local function leave_line(c, described, opened, message, mark)
  S.record(c, 'profile', S.named(c), described)
  S.put(c, 'profile', opened)
  local seq = message ~= '' and S.record(c, 'message', '"by":"visitor"' .. S.running(c), message)
  file(c, mark)
  return seq or num(c.seq)
end

-- leave_message(chat, visitor, queue, site, channel, cid, digest, opened, described, message, mark, budgets, proof):
-- starts no clock. A waiting chat becomes the message; without one, `message` is required.
verb(
  'leave_message',
  function(chat, visitor, queue, site, channel, cid, digest, opened, described, message, mark, budgets, proof)
    local answer, q, c = entering(visitor, queue, site, cid, digest, budgets, proof)
    if answer then return answer end
    if c and (c.place == 'waiting' or c.place == 'offered') then
      if S.is_full(c) then return refuse('chat_full') end
      S.spend()
      return S.done(visitor, visitor, cid, digest, leave_line(c, described, opened, message, mark), c.id)
    end
    -- Only an address came: the visitor's chat has since left the queue.
    if message == '' then return refuse('nothing_to_do') end
    if not q then return refuse('not_found') end
    S.spend()
    local left = S.create(chat, visitor, q.id, site, channel, '', opened, c)
    S.put(left, 'rank', '0')
    -- A left message must not replace the chat that is open.
    if c and c.place ~= 'ended' then redis.call('HSET', key('visitor', visitor), 'chat', c.id) end
    S.put(left, 'here', '0')
    S.record(left, 'opened', S.entry(left), opened)
    S.tally_chat(left, { opened = 1 })
    local seq = S.record(left, 'message', '"by":"visitor"', message)
    file(left)
    return S.done(visitor, visitor, cid, digest, seq, chat)
  end
)

-- The start that all commands of a visitor in their own chat share.
local function own(chat, visitor, cid, digest)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  if c.visitor ~= visitor then return refuse('not_found') end
  return S.again_of_visitor(c, cid, digest), c
end

verb('visitor_end', function(chat, visitor, cid, digest, payload)
  local answer, c = own(chat, visitor, cid, digest)
  if answer then return answer end
  if S.over(c) then return refuse('ended') end
  S.finish(c, 'visitor', payload)
  return S.done(chat, visitor, cid, digest, num(c.seq), chat)
end, { 'allow-oom' })

verb('rate', function(chat, visitor, cid, digest, payload)
  local answer, c = own(chat, visitor, cid, digest)
  if answer then return answer end
  -- Rating needs an answer to rate, or an end.
  if c.rated == '1' or not S.over(c) and c.answered ~= '1' then return refuse('nothing_to_do') end
  local seq = S.record(c, 'rated', '', payload)
  S.put(c, 'rated', '1')
  return S.done(chat, visitor, cid, digest, seq, chat)
end)

-- profile(chat, visitor, cid, digest, payload, merged, budgets): the fact, and the whole profile after it.
verb('profile', function(chat, visitor, cid, digest, payload, merged, budgets)
  local answer, c = own(chat, visitor, cid, digest)
  if answer then return answer end
  if S.over(c) then return refuse('ended') end
  if S.is_full(c) then return refuse('chat_full') end
  local poor = S.afford(budgets)
  if poor then return poor end
  S.spend()
  local seq = S.record(c, 'profile', S.named(c), payload)
  S.put(c, 'profile', merged)
  return S.done(chat, visitor, cid, digest, seq, chat)
end)

-- detected(chat, tongue, payload): the visitor writes in that language. A language set by an agent stays.
verb('detected', function(chat, tongue, payload)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  if S.over(c) then return refuse('ended') end
  if c.tongue_by == 'agent' or tongue == c.tongue then return refuse('nothing_to_do') end
  if S.is_full(c) then return refuse('chat_full') end
  S.speaks(c, tongue, 'text', payload)
  return S.reply()
end)

-- arrive(visitor, chat, connection, after, most): a tab says hello. Returns the visitor's chat and its log after
-- `after`, at most the last `most` facts.
verb('arrive', function(visitor, chat, connection, after, most)
  local current = redis.call('HGET', key('visitor', visitor), 'chat')
  if not current then return S.reply('', {}, {}, '0') end
  local c = S.chat(current)
  if not c then return S.reply('', {}, {}, '0') end
  tab(c, connection)
  -- The replies below read from the store, so pending changes must be written first.
  S.flush()
  local from = current == chat and num(after) or 0
  from = math.max(from, num(c.seq) - num(most))
  return S.reply(current, S.fields(c), redis.call('LRANGE', key('log', current), from, -1), int(from))
end, { 'allow-oom' })

function S.visitor_left(c)
  if c.here == '0' or S.over(c) then return end
  S.put(c, 'here', '0')
  S.put(c, 'left', STAMP)
  S.no_timer('tabs', c.id)
  -- A visitor who closes the page while waiting has a minute to come back.
  if S.instant(c) and (c.place == 'waiting' or c.place == 'offered') then S.timer('abandon', c.id, NOW + 60000) end
  S.announce('presence', '"chat":"' .. c.id .. '","here":false')
end

-- depart(chat, connection): a tab has closed.
verb('depart', function(chat, connection)
  local c = S.chat(chat)
  if not c then return S.reply() end
  redis.call('ZREM', key('tabs', chat), connection)
  redis.call('ZREMRANGEBYSCORE', key('tabs', chat), '-inf', STAMP)
  if redis.call('ZCARD', key('tabs', chat)) == 0 then S.visitor_left(c) end
  return S.reply()
end, { 'allow-oom' })

-- renew_tabs(chat, connection, chat, connection, ...)
verb('renew_tabs', function(list)
  for i = 1, #list, 2 do
    local c = S.chat(list[i])
    if c then
      tab(c, list[i + 1])
      S.next_of_many()
    end
  end
  return S.reply()
end, { 'allow-oom' }, true)
