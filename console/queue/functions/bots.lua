-- Bots that have a chat before people do. A bot is an integration with its own connection and limit. It has no slot,
-- its messages answer nothing, and no clock runs until it hands the chat over.

local STREAMS = 60000 -- ms after the visitor wrote for which a streaming bot may keep the chat

-- Returns the bot if it is known: connected or within its grace period. Its fields change only through `change`.
function S.bot(id)
  local b = id ~= '' and hash(key('bot', id))
  if not b or not b.fence then return nil end
  b.id = id
  return b
end

local function change(b, values)
  for field, value in pairs(values) do
    b[field] = value
    redis.call('HSET', key('bot', b.id), field, value)
  end
end

local function say_bot(b, own)
  S.announce(
    'bot',
    '"bot":"'
      .. b.id
      .. '","name":'
      .. b.name
      .. ',"connected":'
      .. (b.connected == '1' and 'true' or 'false')
      .. ',"limit":'
      .. b.limit
      .. ',"fence":'
      .. b.fence
      .. (own or '')
  )
end

-- Returns why the bot gets no chat now, or nil.
function S.bot_refuses(b)
  if b.connected ~= '1' then return 'not_there' end
  if redis.call('SCARD', key('botheld', b.id)) >= num(b.limit) then return 'no_slot' end
end

-- Returns the bot that answers first in the chat's queue, if it can have the chat now. Only instant channels count: on
-- others, silence does not end a chat, so a bot would never be free again.
function S.first_bot(q, channel)
  local b = q and not q.removed and S.instant({ channel = channel }) and S.bot(q.bot)
  return b and not S.bot_refuses(b) and b or nil
end

-- Gives the chat to the bot, as the `first` to have it, or because an agent has `given` it.
local function to_bot(c, b, why)
  redis.call('SADD', key('botheld', b.id), c.id)
  S.put_all(c, { place = 'bot', bot = b.id, since = STAMP, bot_asked = '0', bot_word = '0' })
  S.record(c, 'bot_assigned', '"bot":"' .. b.id .. '","name":' .. b.name .. ',"why":"' .. why .. '"')
end

-- Takes the chat out of the waiting ones: no promise, no rank.
function S.out_of_line(c) S.put_all(c, { due = '0', rank = '0', reached = c.queue, any = '0' }) end

-- Starts a new chat with the bot, or one that the bot has ended and the visitor continues.
function S.begin_with_bot(c, b)
  S.tally(c.queue, { bot = 1 })
  to_bot(c, b, 'first')
end

-- The visitor wrote: the bot must reply in time.
function S.asks_bot(c)
  if num(c.bot_asked) > 0 then return end
  S.put(c, 'bot_asked', STAMP)
  S.timer('botlate', c.id, NOW + S.queue(c.queue).bot_within)
end

-- The bot replied: it is the visitor's turn.
function S.bot_said(c)
  S.put_all(c, { bot_asked = '0', bot_word = '1' })
  S.no_timer('botlate', c.id)
  S.no_timer('silent', c.id)
  S.await_visitor(c, S.queue(c.queue))
end

-- Takes the chat from its bot. Returns the bot's id.
function S.leave_bot(c)
  local bot = c.bot
  redis.call('SREM', key('botheld', bot), c.id)
  for _, kind in ipairs({ 'botlate', 'ask', 'silent' }) do
    S.no_timer(kind, c.id)
  end
  return bot
end

-- People have the chat now: the visitor's clock starts, for the last message they wrote.
function S.from_bot(c, queue)
  local bot = S.leave_bot(c)
  S.put_all(c, { bot = '', queue = queue ~= '' and queue or S.home(c.queue, c.site).id, reached = '' })
  if num(c.handed_at) == 0 then S.put(c, 'handed_at', STAMP) end
  S.open_turn(c, S.queue(c.queue), num(c.asked_seq), NOW)
  S.tally(c.queue, { bot_handed = 1 })
  return bot
end

-- Takes an ending chat from its bot; returns members of the fact. The bot solved it if it said something and no person
-- had the chat before.
function S.end_with_bot(c)
  local solved = c.bot_word == '1' and num(c.handed_at) == 0
  if solved then S.tally(c.queue, { bot_solved = 1 }) end
  return ',"bot":"' .. S.leave_bot(c) .. '"' .. (solved and ',"solved":true' or '')
end

-- An agent gives the chat they hold to the bot of its queue. Their turn ends without an answer.
function S.give_to_bot(c, b, payload)
  local from, asks = c.agent, num(c.turn) > 0
  S.judge(c)
  S.let_go(c)
  S.clear_turn(c)
  S.unhold(c)
  local promised = S.promised(c)
  S.clock(c)
  redis.call('DEL', key('draft', c.id))
  if num(c.handed_at) == 0 then S.put(c, 'handed_at', c.opened) end
  local seq = S.record(
    c,
    'transferred',
    '"agent":"'
      .. from
      .. '","queue":"'
      .. c.queue
      .. '","due":0,"rank":'
      .. c.rank
      .. ',"to":"'
      .. b.id
      .. '"'
      .. (promised and ',' .. promised or ''),
    payload
  )
  to_bot(c, b, 'given')
  if asks then
    S.asks_bot(c)
  else
    S.await_visitor(c, S.queue(c.queue))
  end
  S.refresh(from)
  S.route_agent(from)
  return seq
end

-- Hands the chat over when the bot is gone or too slow.
local function take_away(c, why)
  local b = S.bot(c.bot)
  local author = '{"author":{"id":"' .. c.bot .. '","name":' .. (b and b.name or '""') .. '},"cid":""}'
  S.hand_over(c, '', '', '', author, why)
end

-- --- its connection -----------------------------------------------------------------------------

local function held(id)
  local chats = redis.call('SMEMBERS', key('botheld', id))
  table.sort(chats)
  return chats
end

-- bot_connect(bot, name, limit): `name` is JSON. A later connection takes over from an earlier one. Returns its fence, and
-- the chats it has with logs and fields.
verb('bot_connect', function(id, name, limit)
  local b = { id = id }
  local fence = redis.call('HINCRBY', P .. 'head', 'fence', 1)
  change(b, { name = name, limit = limit, fence = int(fence), connected = '1' })
  redis.call('SADD', P .. 'bots', id)
  S.timer('botlease', id, NOW + LEASE)
  S.no_timer('botgone', id)
  say_bot(b)
  local chats = {}
  for _, chat in ipairs(held(id)) do
    chats[#chats + 1] = S.whole(chat, 300)
  end
  return S.reply(b.fence, chats, int(N))
end, { 'allow-oom' })

local function lose(b, since)
  change(b, { connected = '0' })
  S.no_timer('botlease', b.id)
  S.timer('botgone', b.id, since + LOST)
  say_bot(b)
end

-- bot_leave(bot, fence): the socket has closed. Its chats wait for it as long as an agent's chats do.
verb('bot_leave', function(id, fence)
  local b = S.bot(id)
  if not b or b.fence ~= fence then return refuse('taken_over') end
  if b.connected == '1' then lose(b, NOW) end
  return S.reply()
end, { 'allow-oom' })

function S.lose_bot(id)
  local b = S.bot(id)
  if b and b.connected == '1' then lose(b, NOW - LEASE) end
end

-- The bot's socket has answered its ping.
function S.renew_bot(id, fence)
  local b = S.bot(id)
  if not b or b.fence ~= fence then return end
  S.timer('botlease', id, NOW + LEASE)
  if b.connected == '1' then return end
  change(b, { connected = '1' })
  S.no_timer('botgone', id)
  say_bot(b)
end

-- The bot did not come back: its chats go to people.
function S.bot_gone(id)
  for _, chat in ipairs(held(id)) do
    take_away(S.chat(chat), 'gone')
  end
  local b = S.bot(id)
  redis.call('DEL', key('bot', id))
  redis.call('SREM', P .. 'bots', id)
  say_bot(b, ',"removed":true')
end

function S.bot_late(c)
  if c and c.place == 'bot' then take_away(c, 'silent') end
end

-- All bots as {id, fields}.
function S.bots()
  local found = {}
  for i, id in ipairs(redis.call('SMEMBERS', P .. 'bots')) do
    found[i] = { id, redis.call('HGETALL', key('bot', id)) }
  end
  return found
end

-- --- in a chat it has ---------------------------------------------------------------------------

-- Returns a refusal, the first result of a resend, or nil and the chat.
local function own(id, fence, chat, cid, digest)
  local b = S.bot(id)
  if not b or b.fence ~= fence then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, id, cid, digest)
  if again then return again end
  if c.bot ~= id then return refuse('not_found') end
  if c.place ~= 'bot' then return refuse('ended') end
  return nil, c
end

-- bot_say(bot, fence, chat, cid, digest, payload)
verb('bot_say', function(id, fence, chat, cid, digest, payload)
  local answer, c = own(id, fence, chat, cid, digest)
  if answer then return answer end
  if S.full(c) then return refuse('chat_full') end
  local seq = S.record(c, 'message', '"by":"bot"', payload)
  S.bot_said(c)
  return S.done(chat, id, cid, digest, seq, chat)
end)

-- bot_streams(bot, fence, chat): the bot is writing, so its time is extended, up to a minute after the visitor wrote.
verb('bot_streams', function(id, fence, chat)
  local b, c = S.bot(id), S.chat(chat)
  if not b or b.fence ~= fence then return refuse('taken_over') end
  if not c or c.place ~= 'bot' or c.bot ~= id then return refuse('not_found') end
  if num(c.bot_asked) > 0 then
    local upto = math.min(NOW + S.queue(c.queue).bot_within, num(c.bot_asked) + STREAMS)
    if upto > (S.timer_at('botlate:' .. chat) or upto) then S.timer('botlate', chat, upto) end
  end
  return S.reply()
end)

-- bot_hands_over(bot, fence, chat, cid, digest, queue, draft, payload): to people of its queue, or of `queue`.
verb('bot_hands_over', function(id, fence, chat, cid, digest, queue, draft, payload)
  local answer, c = own(id, fence, chat, cid, digest)
  if answer then return answer end
  local q = queue ~= '' and S.queue(queue)
  if queue ~= '' and (not q or q.removed) then return refuse('no_queue') end
  if draft ~= '' then redis.call('SET', key('draft', chat), draft) end
  return S.done(chat, id, cid, digest, S.hand_over(c, queue, '', '', payload, 'handed'), chat)
end)

-- bot_end(bot, fence, chat, cid, digest, payload)
verb('bot_end', function(id, fence, chat, cid, digest, payload)
  local answer, c = own(id, fence, chat, cid, digest)
  if answer then return answer end
  S.finish(c, 'bot', payload)
  return S.done(chat, id, cid, digest, num(c.seq), chat)
end, { 'allow-oom' })

-- ask_person(chat, visitor, cid, digest, payload): the visitor wants a person instead of the bot.
verb('ask_person', function(chat, visitor, cid, digest, payload)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  if c.visitor ~= visitor then return refuse('not_found') end
  local again = S.again_of_visitor(c, cid, digest)
  if again then return again end
  if c.place ~= 'bot' then return refuse(S.over(c) and 'ended' or 'nothing_to_do') end
  return S.done(chat, visitor, cid, digest, S.hand_over(c, '', '', '', payload, 'asked'), chat)
end)
