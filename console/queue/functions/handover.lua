-- Chats that change hands on command: taken, accepted, declined, transferred; and watching.

-- Returns the chat's queue through which a member can take it, whatever its language.
local function line_of(c, a)
  for queue in S.reached(c) do
    for served in S.queues_of(a) do
      if served == queue then return queue end
    end
  end
end

-- take(agent, fence, chat, cid, digest): "" takes the chat of the agent's queues whose promise breaks first.
verb('take', function(id, fence, chat, cid, digest)
  if S.fenced(id, fence) then return refuse('taken_over') end
  -- Without a chat the result is stored with the agent, per day, so that the key can expire. A resend just after
  -- midnight finds it under the day before.
  local day = math.floor(NOW / 86400000)
  local owner = chat ~= '' and chat or id .. '/' .. int(day)
  local again = S.again(owner, id, cid, digest) or (chat == '' and S.again(id .. '/' .. int(day - 1), id, cid, digest))
  if again then return again end
  local a = S.agent(id)
  if a.connected ~= '1' then return refuse('not_there') end
  if chat ~= '' then
    local c = S.chat(chat)
    if not c then return refuse('gone') end
    -- Taking a chat that is offered to oneself accepts the offer.
    if c.place == 'offered' and c.agent == id then
      S.put(S.agent(id), 'missed', '0')
      S.assign(c, id, 'accepted', c.found)
      return S.done(chat, id, cid, digest, num(c.seq), chat)
    end
    local line = c.place == 'waiting' and line_of(c, a)
    if not line then return refuse('not_found') end
    if not S.has_room(a, c) then return refuse('no_slot') end
    S.assign(c, id, 'taken', line)
    return S.done(chat, id, cid, digest, num(c.seq), chat)
  end
  if not S.has_slot(a) and not S.has_two_kinds(a) then return refuse('no_slot') end
  local c = S.next_chat(a, true) or S.any_chat(a) -- every chat that the console counts as takeable can be taken
  if not c then return refuse('nothing_to_do') end
  S.assign(c, id, 'taken', line_of(c, a))
  local reply = S.done(owner, id, cid, digest, num(c.seq), c.id)
  redis.call('PEXPIRE', key('cids', owner), 172800000)
  return reply
end)

-- Looks up a chat offered to this agent. Returns a refusal, the first result of a resend, or nil and the chat.
local function offered(id, fence, chat, cid, digest)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, id, cid, digest)
  if again then return again end
  if c.place ~= 'offered' or c.agent ~= id then return refuse('nothing_to_do') end
  return nil, c
end

verb('accept', function(id, fence, chat, cid, digest)
  local answer, c = offered(id, fence, chat, cid, digest)
  if answer then return answer end
  S.put(S.agent(id), 'missed', '0')
  S.assign(c, id, 'accepted', c.found)
  return S.done(chat, id, cid, digest, num(c.seq), chat)
end)

verb('decline', function(id, fence, chat, cid, digest)
  local answer, c = offered(id, fence, chat, cid, digest)
  if answer then return answer end
  -- `withdraw` may offer the chat to others and record more facts; the answer names the fact of the decline.
  local seq = num(c.seq) + 1
  S.put(S.agent(id), 'missed', '0')
  S.withdraw(c, 'declined')
  S.route_agent(id)
  return S.done(chat, id, cid, digest, seq, chat)
end, { 'allow-oom' })

-- Returns why the colleague cannot have the chat, or nil. `anyway` ignores the status.
local function cannot_take(c, to, anyway)
  local a = S.agent(to)
  if not a then return 'not_found' end
  if a.connected ~= '1' or (a.status ~= 'online' and not anyway) then return 'not_there' end
  if not S.has_room(a, c) or (S.breathes(a) and not anyway) then return 'no_slot' end
end

-- Moves the chat from its queue, agent or bot into another queue or to one colleague. The clock keeps running. After a
-- bot the clock starts, and `left` says why the bot no longer has the chat.
function S.hand_over(c, queue, to, why, payload, left)
  local from, place, since, bot = c.agent, c.place, c.since, nil
  if place == 'waiting' then S.unline(c) end
  S.no_timer('overflow', c.id)
  S.no_timer('language', c.id)
  if place == 'bot' then
    bot = S.from_bot(c, queue)
  else
    if queue == '' then S.follow_settings(c) end -- see S.release
    S.let_go(c)
    if queue ~= '' then
      S.put(c, 'queue', queue)
      S.put(c, 'reached', '')
    end
  end
  S.enqueue(c, S.queue(c.queue), not bot)
  -- A chat that was waiting or offered keeps waiting, and its wait counts from its start.
  if place == 'waiting' or place == 'offered' then S.put(c, 'since', since) end
  -- An agent who gives a chat away should not get it straight back from the queue.
  if queue ~= '' and place == 'active' then S.exclude(c, from) end
  local seq = S.record(
    c,
    'transferred',
    '"agent":"'
      .. from
      .. '","queue":"'
      .. c.queue
      .. '","due":'
      .. c.due
      .. ',"rank":'
      .. c.rank
      .. (to ~= '' and ',"to":"' .. to .. '"' or '')
      .. (bot and ',"bot":"' .. bot .. '","why":"' .. (left or 'taken') .. '","since":' .. c.turn or ''),
    payload
  )
  S.clock(c)
  if from ~= '' then S.refresh(from) end
  if to ~= '' then
    S.assign(c, to, why)
  else
    S.route_chat(c)
  end
  if from ~= '' then S.route_agent(from) end
  return seq
end

-- Whether chats may be transferred to the queue; "" means no queue and is allowed.
local function exists(queue)
  local q = queue ~= '' and S.queue(queue)
  return queue == '' or q and not q.removed
end

-- transfer(agent, fence, chat, cid, digest, queue, to, payload): either queue or colleague is "". The colleague may be the
-- bot that answers first in the chat's queue.
verb('transfer', function(id, fence, chat, cid, digest, queue, to, payload)
  local answer, c = S.held(id, fence, chat, cid, digest)
  if answer then return answer end
  if to == id then return refuse('nothing_to_do') end
  if not exists(queue) then return refuse('no_queue') end
  local b = to ~= '' and to == S.queue(c.queue).bot and S.bot(to)
  local why = b and S.bot_refuses(b) or not b and to ~= '' and cannot_take(c, to)
  if why then return refuse(why) end
  if b then return S.done(chat, id, cid, digest, S.give_to_bot(c, b, payload), chat) end
  return S.done(chat, id, cid, digest, S.hand_over(c, queue, to, 'transferred', payload), chat)
end)

-- Looks up a chat that a supervisor acts on. Returns a refusal, the first result of a resend, or nil and the chat.
function S.unended(chat, author, cid, digest)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, author, cid, digest)
  if again then return again end
  if S.over(c) then return refuse('ended') end
  return nil, c
end

-- move(supervisor, chat, cid, digest, queue, to, payload)
verb('move', function(by, chat, cid, digest, queue, to, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  if answer then return answer end
  if to ~= '' and to == c.agent and c.place == 'active' then return refuse('nothing_to_do') end
  if not exists(queue) then return refuse('no_queue') end
  local offeree = c.place == 'offered' and to == c.agent -- their slot is this very chat's
  local why = to ~= '' and cannot_take(c, to)
  if why and not (offeree and why == 'no_slot') then return refuse(why) end
  return S.done(chat, by, cid, digest, S.hand_over(c, queue, to, 'transferred', payload), chat)
end)

-- take_over(supervisor, chat, cid, digest, payload): into a slot of the supervisor's own, whatever their status.
verb('take_over', function(by, chat, cid, digest, payload)
  local answer, c = S.unended(chat, by, cid, digest)
  if answer then return answer end
  if c.agent == by and c.place == 'active' then return refuse('nothing_to_do') end
  local why = cannot_take(c, by, true)
  if why and not (c.agent == by and why == 'no_slot') then return refuse(why) end
  return S.done(chat, by, cid, digest, S.hand_over(c, '', by, 'took_over', payload), chat)
end)

-- --- watching -----------------------------------------------------------------------------------

local function listed(ids, id) return string.find(' ' .. (ids or '') .. ' ', ' ' .. id .. ' ', 1, true) ~= nil end
local function with(ids, id) return (ids or '') == '' and id or ids .. ' ' .. id end

local function without(ids, id)
  local rest = {}
  for one in string.gmatch(ids or '', '%S+') do
    if one ~= id then rest[#rest + 1] = one end
  end
  return table.concat(rest, ' ')
end

-- invite(agent, fence, chat, cid, digest, guest, payload): a colleague may watch and whisper.
verb('invite', function(id, fence, chat, cid, digest, guest, payload)
  local answer, c = S.held(id, fence, chat, cid, digest, true)
  if answer then return answer end
  local a = S.agent(guest)
  if not a then return refuse('not_found') end
  if guest == id or listed(c.guests, guest) then return refuse('nothing_to_do') end
  if S.full(c) then return refuse('chat_full') end
  S.put(c, 'guests', with(c.guests, guest))
  local seq = S.record(c, 'invited', '"agent":"' .. guest .. '","name":' .. a.name, payload)
  return S.done(chat, id, cid, digest, seq, chat)
end)

-- `watchers` are "<member>/<connection>": a member may watch from two places.
local function looks_on(c, who) return string.find(' ' .. (c.watchers or ''), ' ' .. who .. '/', 1, true) ~= nil end

local function say_watched(c, who, name, on)
  S.announce('watched', '"chat":"' .. c.id .. '","agent":"' .. who .. '","name":' .. name .. ',"on":' .. on)
end

function S.unwatch(c, who, connection, name)
  local watcher = who .. '/' .. connection
  S.no_timer('watch', c.id .. '|' .. watcher)
  if not listed(c.watchers, watcher) then return end
  S.put(c, 'watchers', without(c.watchers, watcher))
  if not looks_on(c, who) then say_watched(c, who, name, 'false') end
end

-- watch(chat, who, connection, name, on): records that somebody watches; repeating it renews the lease.
verb('watch', function(chat, who, connection, name, on)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  if c.place == 'ended' then return refuse('ended') end
  if on == '1' then
    local watcher, known = who .. '/' .. connection, looks_on(c, who)
    S.timer('watch', chat .. '|' .. watcher, NOW + WATCH)
    if not listed(c.watchers, watcher) then S.put(c, 'watchers', with(c.watchers, watcher)) end
    if not known then say_watched(c, who, name, 'true') end
  else
    S.unwatch(c, who, connection, name)
  end
  return S.reply()
end, { 'allow-oom' })

-- whisper(author, chat, cid, digest, payload): a note from somebody who watches.
verb('whisper', function(author, chat, cid, digest, payload)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, author, cid, digest)
  if again then return again end
  if c.place == 'ended' then return refuse('ended') end
  if S.full(c) then return refuse('chat_full') end
  local seq = S.record(c, 'note', '"whisper":true', payload)
  return S.done(chat, author, cid, digest, seq, chat)
end)
