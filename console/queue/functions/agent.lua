-- What an agent does in a chat they hold. Every command carries the fence of its connection.

function S.fenced(id, fence)
  local a = S.agent(id)
  return not a or a.fence ~= fence
end

-- The limit for agents' messages and notes is a little above the visitor's, so that an agent can still close a chat
-- that a visitor filled. Commands that end a turn or a chat are never refused for size.
function S.full(c) return num(c.seq) >= LOG_LIMIT + 100 or num(c.bytes) >= LOG_BYTES * 1.25 end

-- Looks up a held chat. Returns a refusal, the first result of a resend, or nil and the chat. `after` also allows
-- wrap-up, and with 'later' a wrap-up left for later.
function S.held(id, fence, chat, cid, digest, after)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, id, cid, digest)
  if again then return again end
  if after == 'later' and S.was_put_off(c, id) then return nil, c end
  if c.agent ~= id or c.place == 'offered' then return refuse('not_found') end
  if c.place == 'wrapup' and not after then return refuse('ended') end
  return nil, c
end

-- agent_say(agent, fence, chat, cid, digest, read, began, promise, canned, suggestion, drafted, payload)
verb('agent_say', function(id, fence, chat, cid, digest, read, began, promise, canned, suggestion, drafted, payload)
  -- These go into the fact unescaped.
  if string.find(canned .. suggestion .. drafted, '[^%w_-]') then return refuse('bad_frame') end
  local answer, c = S.held(id, fence, chat, cid, digest)
  if answer then return answer end
  if S.full(c) then return refuse('chat_full') end
  -- A holding reply is not the answer yet, so what was shown may still be used.
  if num(promise) > 0 then
    if suggestion == 'shown' then suggestion = '' end
    if drafted == 'shown' then drafted = '' end
  end
  local q, turn = S.queue(c.queue), nil
  read = math.min(num(read), num(c.seq))
  -- Judged before the turn closes: a promise that has just broken must be recorded first, even if its timer has not
  -- fired.
  if num(c.turn) > 0 and num(c.turn_seq) <= read then
    S.judge(c)
    turn = S.close_turn(c, q, num(began))
  end
  local promised, given = S.promised(c), nil
  if num(promise) > 0 then
    S.promise(c, num(promise))
    if turn then S.hold(c, turn.asked) end
  else
    given = S.answer(c, turn)
  end
  -- Messages that arrived while the agent was writing are not answered yet. They open a new turn, dated at the first of
  -- them.
  if turn then
    local seq, at = S.first_unread(c, read)
    if seq then S.open_turn(c, q, seq, at) end
  end
  S.put(c, 'seen_agent', int(math.max(read, num(c.seen_agent))))
  local seq = S.record(
    c,
    'message',
    '"by":"agent","read":'
      .. int(read)
      .. S.running(c)
      .. (turn and ',"turn":' .. turn.json or '')
      .. (promised and ',' .. promised or '')
      .. (given and ',"answer":' .. given.json or '')
      .. (num(promise) > 0 and ',"promise":' .. c.promise or '')
      .. (canned ~= '' and ',"canned":"' .. canned .. '"' or '')
      .. (suggestion ~= '' and ',"suggestion":"' .. suggestion .. '"' or '')
      .. (drafted ~= '' and ',"drafted":"' .. drafted .. '"' or ''),
    payload
  )
  if num(promise) > 0 then S.put(c, 'worded', int(seq)) end
  if num(c.typed) > 0 then S.put(c, 'typed', '0') end
  S.clock(c)
  S.await_visitor(c, q)
  -- An answer means that somebody is there: the visitor has a full idle time again.
  S.no_timer('silent', chat)
  if turn then S.answered(c, id, turn, canned ~= '') end
  if given then S.gave(c, id, given) end
  if turn or given then S.assisted(c, 'suggested', suggestion) end
  S.assisted(c, 'drafted', drafted)
  S.refresh(id)
  return S.done(chat, id, cid, digest, seq, chat)
end)

-- no_reply(agent, fence, chat, cid, digest, payload): the part of the open turn that the agent has seen needs no
-- answer; later messages open a new turn.
verb('no_reply', function(id, fence, chat, cid, digest, payload)
  local answer, c = S.held(id, fence, chat, cid, digest)
  if answer then return answer end
  if num(c.turn) == 0 then return refuse('nothing_to_do') end
  local q, read = S.queue(c.queue), math.max(num(c.turn_seq), num(c.seen_agent))
  S.judge(c)
  S.late_turn(c, 'late_no_reply')
  local turn = S.close_turn(c, q)
  S.unhold(c)
  local unread, at = S.first_unread(c, read)
  if unread then S.open_turn(c, q, unread, at) end
  local seq = S.record(c, 'no_reply', '"turn":' .. turn.json .. S.running(c), payload)
  S.clock(c)
  S.await_visitor(c, q)
  S.refresh(id)
  return S.done(chat, id, cid, digest, seq, chat)
end)

verb('note', function(id, fence, chat, cid, digest, payload)
  local answer, c = S.held(id, fence, chat, cid, digest, true)
  if answer then return answer end
  if S.full(c) then return refuse('chat_full') end
  local seq = S.record(c, 'note', '', payload)
  return S.done(chat, id, cid, digest, seq, chat)
end)

verb('agent_end', function(id, fence, chat, cid, digest, payload)
  local answer, c = S.held(id, fence, chat, cid, digest)
  if answer then return answer end
  S.finish(c, 'agent', payload)
  return S.done(chat, id, cid, digest, num(c.seq), chat)
end, { 'allow-oom' })

-- Returns what the fact of a label adds after the chat's end, for readers that no longer have the chat.
local function afterwards(c, id, reason, settles)
  local by = (reason ~= '' and 1 or 0) - ((c.reason or '') ~= '' and 1 or 0)
  if by ~= 0 then S.gave_reason(c, id, by) end
  return '"queue":"'
    .. c.queue
    .. '","ended":'
    .. c.ended
    .. (by ~= 0 and ',"reasons":' .. int(by) or '')
    .. (settles and ',"settled":true' or '')
end

-- label(agent, fence, chat, cid, digest, reason, tags, done, payload): `reason` and `tags` are JSON. After the end a
-- reason, or `done` ('1'), ends wrap-up; with 'later' the reason is given later, from the agent's list.
verb('label', function(id, fence, chat, cid, digest, reason, tags, done, payload)
  local answer, c = S.held(id, fence, chat, cid, digest, 'later')
  if answer then return answer end
  local new = reason ~= (c.reason or '') or tags ~= (c.tags or '')
  local wraps = c.place == 'wrapup' and (done ~= '0' or reason ~= '')
  local settles = c.place == 'ended' and (done == '1' or reason ~= '') and S.unlist(c)
  if not new and not wraps and not settles then return refuse('nothing_to_do') end
  if new or settles then
    local own = S.over(c) and afterwards(c, id, reason, settles) or ''
    S.put(c, 'reason', reason)
    S.put(c, 'tags', tags)
    S.record(c, 'labelled', own, payload)
  end
  local seq = num(c.seq) + (wraps and 1 or 0)
  if wraps then S.wrap(c, done == 'later' and reason == '' and 'later' or 'done') end
  return S.done(chat, id, cid, digest, seq, chat)
end, { 'allow-oom' })

-- rename(agent, fence, chat, cid, digest, name, payload): `name` is JSON; it stays even if the page sets another one.
verb('rename', function(id, fence, chat, cid, digest, name, payload)
  local answer, c = S.held(id, fence, chat, cid, digest, true)
  if answer then return answer end
  if S.full(c) then return refuse('chat_full') end
  if name == (c.named or '') then return refuse('nothing_to_do') end
  S.put(c, 'named', name)
  local seq = S.record(c, 'renamed', '', payload)
  return S.done(chat, id, cid, digest, seq, chat)
end)

-- Sets the visitor's language as the agent says; it stays, even if it is the language already known.
function S.says_language(c, id, cid, digest, tongue, payload)
  if tongue == c.tongue and c.tongue_by == 'agent' then return refuse('nothing_to_do') end
  if S.full(c) then return refuse('chat_full') end
  return S.done(c.id, id, cid, digest, S.speaks(c, tongue, 'agent', payload), c.id)
end

-- set_language(agent, fence, chat, cid, digest, tongue, payload)
verb('set_language', function(id, fence, chat, cid, digest, tongue, payload)
  local answer, c = S.held(id, fence, chat, cid, digest, true)
  return answer or S.says_language(c, id, cid, digest, tongue, payload)
end)

-- A console that did not show a chat in time gets no further ones until it shows any chat, even the same one, late.
local function awake(id)
  local a = S.agent(id)
  if a.unseen ~= '1' then return end
  S.put(a, 'unseen', '0')
  S.refresh(id)
  S.route_agent(id)
end

-- shown(agent, fence, chat, seq, hidden): the console has drawn the chat; unless hidden, a person could see it.
verb('shown', function(id, fence, chat, seq, hidden)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  -- The chat has moved on. The console still proves that it works.
  if not c or c.agent ~= id or c.place ~= 'active' then
    awake(id)
    return S.reply()
  end
  if c.got == '0' then
    S.put(c, 'got', STAMP)
    S.no_timer('unseen', chat)
    S.time_word(c)
  end
  if hidden ~= '1' and num(c.turn) > 0 and num(c.turn_shown) == 0 and num(seq) >= num(c.turn_seq) then
    S.put(c, 'turn_shown', STAMP)
  end
  if hidden ~= '1' and num(seq) > num(c.seen_agent) then
    seq = math.min(num(seq), num(c.seq))
    S.put(c, 'seen_agent', int(seq))
    local told = math.min(seq, num(c.last)) -- a note must leave no trace for the visitor, not even its number
    S.push('signals', '{"t":"seen","chat":"' .. chat .. '","by":"agent","seq":' .. int(told) .. '}')
  end
  awake(id)
  return S.reply()
end, { 'allow-oom' })

-- visitor_seen(chat, visitor, seq)
verb('visitor_seen', function(chat, visitor, seq)
  local c = S.chat(chat)
  if not c or c.visitor ~= visitor then return refuse('not_found') end
  seq = math.min(num(seq), num(c.seq))
  if seq > num(c.seen_visitor) then
    S.put(c, 'seen_visitor', int(seq))
    S.push('signals', '{"t":"seen","chat":"' .. chat .. '","by":"visitor","seq":' .. int(seq) .. '}')
  end
  return S.reply()
end)

-- draft(agent, fence, chat, text): the agent's unsent text; it never reaches the feed or the archive.
verb('draft', function(id, fence, chat, text)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c or c.agent ~= id or c.place ~= 'active' then return refuse('not_found') end
  if text == '' then
    redis.call('DEL', key('draft', chat))
  else
    redis.call('SET', key('draft', chat), text)
  end
  return S.reply()
end)

-- typing(agent, fence, chat): the agent is typing there, so no automatic first word is given now.
verb('typing', function(id, fence, chat)
  if S.fenced(id, fence) then return refuse('taken_over') end
  local c = S.chat(chat)
  if not c or c.agent ~= id or c.place ~= 'active' then return refuse('not_found') end
  S.put(c, 'typed', STAMP)
  return S.reply()
end)

-- correspond(chat, author, cid, digest, kind, payload, lists): a fact about a left message, which has ended: a mail, a
-- note, or its owner. `lists`: "1" if it has to be handled from now on, "0" if not, "" for no change.
verb('correspond', function(chat, author, cid, digest, kind, payload, lists)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, author, cid, digest)
  if again then return again end
  if c.left_message ~= '1' then return refuse('nothing_to_do') end
  if S.full(c) then return refuse('chat_full') end
  local was = redis.call('SISMEMBER', P .. 'left', chat) == 1
  local own = ''
  if lists == '1' and not was then
    redis.call('SADD', P .. 'left', chat)
    own = '"left":1'
  elseif lists == '0' and was then
    redis.call('SREM', P .. 'left', chat)
    own = '"left":-1'
  end
  local seq = S.record(c, kind, own, payload)
  S.timer('reap', chat, NOW + KEEP)
  return S.done(chat, author, cid, digest, seq, chat)
end)

-- handled(chat, author, cid, digest, payload): somebody handled a left message.
verb('handled', function(chat, author, cid, digest, payload)
  local c = S.chat(chat)
  if not c then return refuse('gone') end
  local again = S.again(chat, author, cid, digest)
  if again then return again end
  if redis.call('SISMEMBER', P .. 'left', chat) == 0 then return refuse('nothing_to_do') end
  local seq = S.record(c, 'handled', '', payload)
  redis.call('SREM', P .. 'left', chat)
  return S.done(chat, author, cid, digest, seq, chat)
end, { 'allow-oom' })
