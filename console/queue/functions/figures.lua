-- Figures that the store keeps: exact counts and shares, durations in buckets of 2 %. A queue has them by minute for 90
-- minutes and by hour for 26 hours. An agent has them by hour: n replies, w of them within the agent's own time, x
-- times that the own time ran out, the replies' buckets b; rn answers, rw of them in time, rx chats that ended with the
-- agent after holding replies only, br breathers; c chats that asked for a reason, cr of them with one; l1 to l6 the ms
-- with that many slots in use. An agent also has them by day (UTC) and slots in use: w first words in time, x own times
-- that ran out, a answers due, k of them in time. Fields are `<hour or day>:<what>`.

local LATEST = 30 -- late answers kept in full

local HOURS = 26 -- hours of an agent's figures that are kept

-- Call before the number of used slots changes: books how long it had its current value. That is unknown for chats that
-- came under an older release.
function S.book_load(a, used)
  local from = num(a.loaded) > 0 and math.max(num(a.loaded), NOW - (HOURS - 1) * 3600000) or NOW
  while used > 0 and from < NOW do
    local hour = math.floor(from / 3600000)
    local upto = math.min((hour + 1) * 3600000, NOW)
    S.measure(a.id, { ['l' .. int(used)] = int(upto - from) }, hour)
    from = upto
  end
  S.put(a, 'loaded', STAMP)
end

-- Keeps the latest late answers in full.
local function late_answer(c, id, turn)
  if not turn.late then return end
  redis.call(
    'LPUSH',
    P .. 'lates',
    '{"chat":"'
      .. c.id
      .. '","queue":"'
      .. c.queue
      .. '","agent":"'
      .. id
      .. '","at":'
      .. STAMP
      .. ',"turn":'
      .. turn.json
      .. '}'
  )
  redis.call('LTRIM', P .. 'lates', 0, LATEST - 1)
end

-- Counts a message for which the agent was shown a suggestion or a model's draft (`source`): `how` is shown, taken or
-- edited.
function S.assisted(c, source, how)
  if how == '' then return end
  S.tally(c.queue, { [source] = 1, [source .. '_' .. how] = how ~= 'shown' and 1 or nil })
end

-- Counts a chat that ends with an agent, in a queue that asks for a reason.
function S.asked_reason(c, id)
  local given = (c.reason or '') ~= ''
  S.measure(id, { c = 1, cr = given and 1 or nil })
  S.tally(c.queue, { to_label = 1, labelled = given and 1 or nil })
end

-- Counts a reason given after the end (1) or taken back (-1), in the spans that counted the end, so that a share never
-- has more reasons than chats.
function S.gave_reason(c, id, by)
  S.count_reason(c.queue, id, num(c.ended), by)
  -- The next fact changes a past span: a reader that reads in pages must reread all spans.
  if S.queue(c.queue) and not S.queue(c.queue).removed then
    redis.call('HSET', key('queue', c.queue), 'counted_back', int(N + 1))
  end
end

-- Counts a reply that closed a turn: a first word, whether the answer or a holding reply.
function S.answered(c, id, turn, canned)
  S.measure(id, { n = 1, w = turn.kept and 1 or nil, ['b' .. S.bucket(turn.mine)] = 1 })
  if turn.kept then S.level(id, 'w') end
  local counted = S.sample({ canned = canned and 1 or nil }, 'a', turn.mine, turn.kept)
  S.sample(counted, 'v', turn.waited, not turn.late)
  if turn.first then S.sample(counted, 'f', turn.first) end
  S.tally_chat(c, counted)
  late_answer(c, id, turn)
end

-- Counts an automatic first word: the visitor got one, but not from an agent.
function S.automatic_word(c, turn)
  S.tally_chat(c, S.sample({ automatic = 1 }, 'v', turn.waited, not turn.late))
  late_answer(c, c.agent, turn)
end

-- Counts an answer; `given` is from S.answer.
function S.gave(c, id, given)
  S.measure(id, { rn = 1, rw = given.own and 1 or nil })
  S.level(id, 'a')
  if given.own then S.level(id, 'k') end
  local counted = S.sample({}, 'r', given.waited, given.kept)
  if given.first then S.sample(counted, 'f', given.first) end
  S.tally_chat(c, counted)
end

-- Counts a chat that ends with holding replies only, and returns whether it is one. If its open turn is late, the queue
-- has already counted it, so that no chat counts twice.
function S.never_answered(c)
  if num(c.held) == 0 then return false end
  if num(c.turn) == 0 or c.late ~= '1' then S.tally_chat(c, { held_left = 1 }) end
  if c.place == 'active' then
    S.measure(c.agent, { rx = 1 })
    S.level(c.agent, 'a')
  end
  S.unhold(c)
  return true
end
