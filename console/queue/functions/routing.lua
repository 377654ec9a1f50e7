-- Routing: which member gets which chat, by pressure; assignments and offers, and how they are undone.

local PAGE = 20 -- entries of a lane read at once

function S.queues_of(a) return string.gmatch(a.queues or '', '%S+') end
function S.lanes_of(a) return string.gmatch(a.lanes or '', '%S+') end

-- Whether a lane is one of the member's.
function S.works(a, lane)
  for one in S.lanes_of(a) do
    if one == lane then return true end
  end
  return false
end

-- Returns the first member of a sorted set that `fits`, with its score. Nearly all fit, so the first read fetches one
-- entry.
local function first(name, fits)
  local from = 0
  repeat
    local page = redis.call('ZRANGE', name, from, from + (from == 0 and 0 or PAGE), 'WITHSCORES')
    for i = 1, #page, 2 do
      if fits(page[i]) then return page[i], num(page[i + 1]) end
    end
    from = from + #page / 2
  until #page == 0
end

-- Orders members or chats by score, then by name.
local function before(score, id, than, other) return not other or score < than or (score == than and id < other) end

-- Returns the least pressed member who may have the chat, and the queue through which they were found.
local function best_member(c)
  S.settle()
  local function may(id)
    local a = S.agent(id)
    return a and S.available(a) and not S.excluded(c, id)
  end
  local best, pressure, line
  for queue in S.reached(c) do
    local id, score = first(key('free', S.lane(c, queue)), may)
    if id and before(score, id, pressure, best) then
      best, pressure, line = id, score, queue
    end
  end
  return best, line
end

-- Returns the chat's queue through which this member could get it now, or nil.
local function line_with(c, id)
  local a = S.agent(id)
  if not a or not S.available(a) or S.excluded(c, id) then return nil end
  for queue in S.reached(c) do
    if S.works(a, S.lane(c, queue)) then return queue end
  end
end

-- Whether somebody would get the chat if it went back to its queue.
function S.somebody(c)
  S.describe(c, S.queue(c.queue))
  return c.kind ~= 'pull' and best_member(c) ~= nil
end

-- Returns the first chat over all lanes of a member that `fits`.
local function first_chat(a, kinds, fits)
  local best, rank
  for lane in S.lanes_of(a) do
    for _, kind in ipairs(kinds) do
      local id, score = first(key(kind, lane), fits)
      if id and before(score, id, rank, best) then
        best, rank = id, score
      end
    end
  end
  return best and S.chat(best)
end

-- Returns the first chat in all of a member's lanes that they may have; `pull` includes queues whose chats are taken.
function S.next_chat(a, pull)
  local kinds = pull and TO_PULL or ROUTED
  if pull and S.has_two_kinds(a) then
    return first_chat(a, kinds, function(id)
      local c = S.chat(id)
      return S.has_room(a, c) and not S.excluded(c, a.id)
    end)
  end
  -- Almost no chat is excluded, so search without the check first; it reads a hash per chat.
  local c = first_chat(a, kinds, function() return true end)
  if not c or not S.excluded(c, a.id) then return c end
  return first_chat(a, kinds, function(id) return not S.excluded(S.chat(id), a.id) end)
end

-- Returns the first chat in a member's queues, whatever its language and whoever declined it.
function S.any_chat(a)
  local best, rank
  local function fits(id) return not S.has_two_kinds(a) or S.has_room(a, S.chat(id)) end
  for queue in S.queues_of(a) do
    for _, lane in ipairs(S.lanes_in(queue)) do
      for _, kind in ipairs(TO_PULL) do
        local id, score = first(key(kind, lane), fits)
        if id and before(score, id, rank, best) then
          best, rank = id, score
        end
      end
    end
  end
  return best and S.chat(best)
end

-- Assigns the chat to the agent; `line` is the queue through which they were found.
function S.assign(c, id, why, line)
  local q, a = S.queue(c.queue), S.agent(id)
  local offered = c.place == 'offered'
  if offered then S.describe(c, q) end -- settings may have changed during the offer
  local candidates = S.candidates(S.lane(c, line or c.queue))
  if offered and not S.available(a) then candidates = candidates + 1 end -- the reserved slot was the last one
  local clocks = redis.call('ZCARD', key('clocks', id))
  local chats = S.used(a) - (offered and 1 or 0)
  local waited = NOW - num(c.since)
  local slot = offered and c.slot or S.take_slot(a, c)
  -- Assigned before the visitor's first message counts: from now on only an open turn has a clock.
  if num(c.turn) == 0 then
    S.judge(c)
    S.clear_turn(c)
  end
  if c.place == 'waiting' then S.unline(c) end
  local own = '"agent":"'
    .. id
    .. '","name":'
    .. a.name
    .. ',"slot":'
    .. slot
    .. ',"why":"'
    .. why
    .. '","candidates":'
    .. int(candidates)
    .. ',"clocks":'
    .. int(clocks)
    .. ',"waited":'
    .. int(waited)
    .. (num(c.due) > 0 and ',"due":' .. c.due or '')
    .. (chats > 0 and ',"chats":' .. int(chats) or '')
    .. (c.aside == '1' and ',"aside":true' or '')
    .. (line and line ~= c.queue and ',"line":"' .. line .. '"' or '')
  -- A transfer or takeover from slot to slot is no wait, so it is not counted as one.
  if waited > 0 or (why ~= 'transferred' and why ~= 'took_over') then
    if waited > 0 then
      own = own
        .. ((c.stuck or '') ~= '' and ',"stuck":"' .. c.stuck .. '"' or '')
        .. S.compare(c, waited, false)
        .. S.learn(c, waited)
    end
    S.tally(c.queue, S.sample({}, 'w', waited))
  end
  S.put(a, 'last', STAMP)
  S.put(c, 'place', 'active')
  S.put(c, 'agent', id)
  S.put(c, 'slot', slot)
  S.put(c, 'until', '0')
  S.put(c, 'assigned', STAMP)
  S.put(c, 'since', STAMP)
  S.put(c, 'turn_shown', '0')
  S.own_time_anew(c)
  S.put(c, 'got', '0')
  if num(c.typed) > 0 then S.put(c, 'typed', '0') end
  for _, kind in ipairs({ 'abandon', 'overflow', 'language', 'offer' }) do
    S.no_timer(kind, c.id)
  end
  -- A console that does not show the chat in time is frozen or gone, even if it answers pings.
  S.timer('unseen', c.id, NOW + UNSEEN)
  S.record(c, 'assigned', own)
  S.clock(c)
  S.await_visitor(c, q)
  redis.call('HSET', key('visitor', c.visitor), 'last_agent', id)
  S.refresh(id)
end

-- Offers the chat; its slot is reserved until the agent replies.
function S.offer(c, id, q, line)
  local a = S.agent(id)
  local candidates = S.candidates(S.lane(c, line))
  local clocks = redis.call('ZCARD', key('clocks', id))
  local slot = S.take_slot(a, c)
  if c.fresh and c.stuck == '' then
    S.next_overflow(c, num(c.since))
    S.next_language(c, num(c.since))
  end
  S.unline(c)
  S.put(a, 'last', STAMP)
  S.put(c, 'place', 'offered')
  S.put(c, 'agent', id)
  S.put(c, 'slot', slot)
  S.put(c, 'found', line)
  S.put(c, 'until', int(NOW + q.accept))
  S.timer('offer', c.id, NOW + q.accept)
  S.record(
    c,
    'offered',
    '"agent":"'
      .. id
      .. '","name":'
      .. a.name
      .. ',"slot":'
      .. slot
      .. ',"until":'
      .. c['until']
      .. ',"candidates":'
      .. int(candidates)
      .. ',"clocks":'
      .. int(clocks)
  )
  S.refresh(id)
end

-- Ends an offer that nobody accepted: the chat keeps its queue position and goes to the next member who may have it.
function S.withdraw(c, why)
  local id = S.let_go(c)
  S.put(c, 'place', 'waiting')
  S.describe(c, S.follow_settings(c))
  c.fresh = true
  if why ~= 'gone' then S.exclude(c, id) end
  if c.stuck == '' then S.put(c, 'stuck', 'offered') end
  -- overflow may have been set up during the offer
  if not S.timer_at('overflow:' .. c.id) then S.next_overflow(c, NOW) end
  if not S.timer_at('language:' .. c.id) then S.next_language(c, NOW) end
  S.record(c, 'withdrawn', '"agent":"' .. id .. '","why":"' .. why .. '"')
  S.refresh(id)
  S.route_chat(c)
end

local function why_nobody(c)
  if c.kind == 'pull' then return 'pull' end
  if not S.manned(c.queue) then return 'nobody_there' end
  if c.lang ~= '' then
    S.settle()
    for queue in S.reached(c) do
      if redis.call('ZCARD', key('free', queue)) > 0 then return 'language' end
    end
  end
  return 'all_busy'
end

-- Lists the chat as waiting, unless it is listed already.
local function wait_in_line(c)
  if not c.fresh then return end
  local new = c.stuck == ''
  S.stand(c)
  if new then
    S.put(c, 'stuck', why_nobody(c))
    S.expect(c)
    S.next_overflow(c, NOW)
    S.next_language(c, NOW)
  end
end

-- Gives a waiting chat to a member, or lists it as waiting.
function S.route_chat(c)
  if c.place ~= 'waiting' then return end
  local q = S.queue(c.queue)
  S.pass_tiers(c)
  if c.kind == 'pull' then return wait_in_line(c) end
  -- A returning visitor gets the agent they know, if that agent is free.
  local last = redis.call('HGET', key('visitor', c.visitor), 'last_agent')
  local line = last and line_with(c, last)
  local id, why = last, 'last_agent'
  if not line then
    id, line = best_member(c)
    why = 'least_pressure'
  end
  if not id or not line then return wait_in_line(c) end
  if q.mode == 'offer' then return S.offer(c, id, q, line) end
  S.assign(c, id, why, line)
end

-- Fills a member's free slots with the chats of all their lanes whose promises break first.
function S.route_agent(id)
  for _ = 1, FIRINGS do
    local a = S.agent(id)
    local c = a and S.available(a) and S.next_chat(a)
    if not c then return end
    local q, line = S.queue(c.queue), line_with(c, id)
    if q.mode == 'offer' then
      S.offer(c, id, q, line)
    else
      S.assign(c, id, 'next_in_line', line)
    end
  end
end

-- Returns the chats in a member's slots: those with a running clock by due time, then the others by slot.
function S.in_hand(id)
  local chats, slots, taken = redis.call('ZRANGE', key('clocks', id), 0, -1), {}, S.slots_of(id)
  for slot in pairs(taken) do
    slots[#slots + 1] = num(slot)
  end
  table.sort(slots)
  for _, slot in ipairs(slots) do
    local chat = taken[int(slot)]
    if not redis.call('ZSCORE', key('clocks', id), chat) then chats[#chats + 1] = chat end
  end
  return chats
end

-- Puts the chat back at the front of its queue, with draft, context and clock; it goes to the next free member.
function S.release(c, why)
  S.follow_settings(c) -- before its stay is counted, so that every reader of the facts counts it in the same queue
  local id = S.let_go(c)
  S.enqueue(c, S.queue(c.queue), true)
  S.record(c, 'released', '"agent":"' .. id .. '","why":"' .. why .. '","due":' .. c.due .. ',"rank":' .. c.rank)
  S.clock(c)
  S.refresh(id)
  S.route_chat(c)
end

-- Takes all chats away from an agent who is gone for good.
function S.empty_hands(id)
  for _, chat in ipairs(S.in_hand(id)) do
    local c = S.chat(chat)
    if c.place == 'active' then
      S.release(c, 'gone')
    elseif c.place == 'wrapup' then
      S.wrap(c, 'gone')
    end
  end
end
