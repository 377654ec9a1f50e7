-- A turn and its clock, from the visitor's first unanswered message to the answer, and an agent's promise to be back.

-- Returns when the holder's own time for the open turn is over: the queue's target, counted from when they got the
-- chat, or the visitor's promise if that is later; nil while nobody holds it.
local function own_due(c)
  if c.place ~= 'active' or num(c.turn) == 0 then return nil end
  if num(c.own) > 0 then return num(c.own) end
  local had = math.max(num(c.turn), num(c.assigned))
  return math.max(had + S.target_of(c, S.queue(c.queue)), num(c.due))
end

-- Returns when something breaks next: first the visitor's promise, then the holder's own time.
function S.next_break(c)
  if num(c.due) == 0 then return nil end
  if c.late ~= '1' then return num(c.due) end
  return c.overdue ~= '1' and own_due(c) or nil
end

-- Sets the clock from the turn: a timer at its due time, and an entry among the agent's running clocks.
function S.clock(c)
  local due = num(c.due)
  if own_due(c) then S.put(c, 'own', int(own_due(c))) end
  S.time_break(c)
  if c.agent ~= '' then
    if c.place == 'active' and num(c.turn) > 0 then
      redis.call('ZADD', key('clocks', c.agent), int(due), c.id)
    else
      redis.call('ZREM', key('clocks', c.agent), c.id)
    end
  end
end

function S.time_break(c)
  local at = S.next_break(c)
  if at then
    S.timer('late', c.id, at)
  else
    S.no_timer('late', c.id)
  end
  S.time_word(c)
end

-- Resets the holder's own time, for a new holder or none.
function S.own_time_anew(c)
  S.put(c, 'own', '0')
  S.put(c, 'overdue', '0')
end

-- Starts a turn at `at` with the visitor's message `seq`. In a waiting chat the earlier promise stays; an agent who
-- promised to be back later has until then.
function S.open_turn(c, q, seq, at)
  local due = math.max(at + S.target_of(c, q), num(c.promise))
  if c.place ~= 'active' and num(c.due) > 0 then due = math.min(due, num(c.due)) end
  S.put(c, 'turn', int(at))
  S.put(c, 'turn_seq', int(seq))
  S.put(c, 'turn_shown', '0')
  S.put(c, 'due', int(due))
  -- Late only if the queue's promise was broken already and the turn's own due time has passed too.
  S.put(c, 'late', due <= NOW and c.late == '1' and '1' or '0')
  if c.late == '1' then S.tally_chat(c, { broke = 1 }) end
  S.own_time_anew(c)
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
end

-- Records a broken promise once per turn, at the latest just before the turn ends, and counts it then, whatever the
-- outcome. Does the same for the own time of each holder.
function S.judge(c)
  if num(c.due) == 0 or NOW < num(c.due) then return end
  local own = own_due(c)
  local breaks = own and c.overdue ~= '1' and NOW >= own
  if breaks then
    S.put(c, 'overdue', '1')
    S.measure(c.agent, { x = 1 })
    S.level(c.agent, 'x')
  end
  if c.late ~= '1' then
    S.put(c, 'late', '1')
    if num(c.turn) > 0 then S.tally_chat(c, { broke = 1 }) end
    local held = c.agent ~= '' and c.place == 'active' and ',"agent":"' .. c.agent .. '"' or ''
    S.record(c, 'late', '"queue":"' .. c.queue .. '","due":' .. c.due .. held .. (breaks and ',"own":true' or ''))
  elseif breaks then
    S.record(c, 'overdue', '"queue":"' .. c.queue .. '","due":' .. int(own) .. ',"agent":"' .. c.agent .. '"')
  end
end

-- Counts the outcome of a turn whose promise is already broken, if it ends without an answer.
function S.late_turn(c, outcome)
  if num(c.turn) > 0 and c.late == '1' then S.tally_chat(c, { [outcome] = 1 }) end
end

-- Returns where the time went since the question, or since an earlier holder lost the chat; `began` is when the console
-- saw the first keystroke, or 0.
local function stages(c, began)
  local asked = math.max(num(c.turn), num(c.handed))
  local had = math.max(asked, num(c.assigned))
  local shown = num(c.turn_shown) > 0 and math.max(num(c.turn_shown), had) or had
  local wrote = began > 0 and math.min(math.max(began, shown), NOW) or NOW
  local function stage(name, ms) return ms > 0 and ',"' .. name .. '":' .. int(ms) or '' end
  return stage('queue', had - asked)
    .. stage('delivery', shown - had)
    .. stage('noticing', wrote - shown)
    .. stage('composing', NOW - wrote)
end

-- Call when the chat leaves its holder with the turn open: keeps the holder's part for the answer's stages.
function S.end_stay(c)
  if c.place ~= 'active' or num(c.turn) == 0 then return end
  S.tally(c.queue, { [c.late == '1' and 'late_moved' or 'moved'] = 1 })
  local stay = '{"agent":"' .. c.agent .. '"' .. stages(c, 0) .. '}'
  S.put(c, 'stays', ((c.stays or '') ~= '' and c.stays .. ',' or '') .. stay)
  S.put(c, 'handed', STAMP)
end

-- Closes the open turn for the agent who holds the chat; returns it, with its JSON. With `began` the reply is a first
-- word, which a person wrote unless it is `automatic`.
function S.close_turn(c, q, began, automatic)
  local asked = num(c.turn)
  local waited = NOW - asked
  local mine = NOW - math.max(asked, num(c.assigned))
  local turn = { asked = asked, waited = waited, mine = mine, kept = c.overdue ~= '1', late = c.late == '1' }
  if began and not automatic and c.answered ~= '1' then
    S.put(c, 'answered', '1')
    turn.first = S.gone_on(c)
  end
  turn.json = '{"seq":'
    .. c.turn_seq
    .. ',"asked":'
    .. int(asked)
    .. ',"waited":'
    .. int(waited)
    .. ',"mine":'
    .. int(mine)
    .. (turn.kept and ',"kept":true' or '')
    .. (turn.late and ',"late":true' or '')
    .. (turn.first and ',"first":' .. int(turn.first) or '')
    .. (began and turn.late and stages(c, began) or '')
    .. (began and turn.late and (c.stays or '') ~= '' and ',"earlier":[' .. c.stays .. ']' or '')
    .. '}'
  S.clear_turn(c)
  return turn
end

-- Returns due time and start of the open turn, as members of a fact.
function S.running(c)
  if num(c.turn) == 0 then return '' end
  return ',"due":' .. c.due .. ',"since":' .. c.turn
end

function S.clear_turn(c)
  S.put(c, 'turn', '0')
  S.put(c, 'turn_seq', '0')
  S.put(c, 'due', '0')
  S.put(c, 'late', '0')
  if (c.stays or '') ~= '' then S.put_all(c, { stays = '', handed = '0' }) end
  S.own_time_anew(c)
end

-- Returns seq and time of the visitor's first message after `read`, or nil. Facts start in a fixed format, so matching
-- their beginning is enough.
function S.first_unread(c, read)
  S.write_log(c)
  for from = read, num(c.asked_seq) - 1, 100 do
    for _, json in ipairs(redis.call('LRANGE', key('log', c.id), from, from + 99)) do
      local at, seq =
        string.match(json, '^{"kind":"message","at":(%d+),"chat":"[^"]*","seq":(%d+),"prev":%d+,"by":"visitor"')
      if seq then return num(seq), num(at) end
    end
  end
end

-- Returns how long the chat has lasted, for its first answer by a person: without a bot's part.
function S.gone_on(c) return math.max(NOW - (num(c.handed_at) > 0 and num(c.handed_at) or num(c.opened)), 1) end

-- Whether an agent or a bot has it.
function S.talks(c) return c.place == 'active' or c.place == 'bot' end

-- Sets the timer for a silent visitor, once it is their turn. Visitors are not asked before an agent's promise is over,
-- and never in chats by mail or text message, where silence means nothing.
function S.await_visitor(c, q)
  if S.talks(c) and num(c.turn) == 0 and S.instant(c) then
    S.timer('ask', c.id, math.max(NOW, num(c.promise)) + q.ask)
  end
end

-- A holding reply: the agent promises to be back within `ms`.
function S.promise(c, ms)
  S.put(c, 'promise', int(NOW + ms))
  S.put(c, 'promise_late', '0')
  S.timer('promise', c.id, NOW + ms)
end

-- A holding reply is a first word but not an answer: the time of the question is kept until an answer comes, whoever
-- has the chat.
function S.hold(c, asked)
  if num(c.held) == 0 then S.put_all(c, { held = int(asked), held_broken = '0' }) end
end

function S.unhold(c)
  if num(c.held) > 0 then S.put(c, 'held', '0') end
end

-- Returns the answer that a message without a promise gives, for S.gave to count; nil if nothing was asked. `turn` is
-- the turn it closed. After holding replies it is in time if all their promises were kept, not only the last one.
function S.answer(c, turn)
  local held = num(c.held)
  if held == 0 and not turn then return nil end
  local given = { waited = NOW - (held > 0 and held or turn.asked) }
  if held > 0 then
    given.kept = c.held_broken ~= '1'
    given.own = given.kept
  else
    given.kept = not turn.late
    given.own = turn.kept
  end
  if c.answered ~= '1' then -- only automatic first words came before it
    S.put(c, 'answered', '1')
    given.first = S.gone_on(c)
  end
  given.json = '{"waited":'
    .. int(given.waited)
    .. (given.kept and ',"kept":true' or '')
    .. (given.own and ',"own":true' or '')
    .. (given.first and ',"first":' .. int(given.first) or '')
    .. '}'
  S.unhold(c)
  return given
end

-- Settles and counts the promise to be back. Returns it as a member of a fact, or nil if there is none.
function S.promised(c)
  local due = num(c.promise)
  if due == 0 then return nil end
  local kept = c.promise_late ~= '1' and NOW <= due
  S.no_timer('promise', c.id)
  S.put(c, 'promise', '0')
  S.put(c, 'promise_late', '0')
  if not kept and num(c.held) > 0 then S.put(c, 'held_broken', '1') end
  S.tally(c.queue, { promised = 1, kept = kept and 1 or nil })
  return '"promised":{"due":' .. int(due) .. (kept and ',"kept":true' or '') .. '}'
end
