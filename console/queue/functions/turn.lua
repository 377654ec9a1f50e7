-- A turn and its clock: from the visitor's first unanswered message to the answer; and an agent's promise to be back.

-- Keeps the clock in step with the turn: a timer at its due time, and a place among the agent's running clocks.
function S.clock(c)
  local due = num(c.due)
  if due > 0 and c.late ~= '1' then
    S.timer('late', c.id, due)
  else
    S.no_timer('late', c.id)
  end
  if c.agent ~= '' then
    if c.place == 'active' and num(c.turn) > 0 then
      redis.call('ZADD', key('clocks', c.agent), int(due), c.id)
    else
      redis.call('ZREM', key('clocks', c.agent), c.id)
    end
  end
end

-- Opens a turn at `at` with the visitor's message `seq`. A waiting chat keeps its earlier promise; an agent who
-- promised to be back later has until then.
function S.open_turn(c, q, seq, at)
  local due = math.max(at + q.target, num(c.promise))
  if c.place ~= 'active' and num(c.due) > 0 then due = math.min(due, num(c.due)) end
  S.put(c, 'turn', int(at))
  S.put(c, 'turn_seq', int(seq))
  S.put(c, 'turn_shown', '0')
  S.put(c, 'due', int(due))
  -- Late only if the queue's promise was broken already and the turn's own due time has passed too.
  S.put(c, 'late', due <= NOW and c.late == '1' and '1' or '0')
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
end

-- Records a broken promise once per turn, at the latest just before the turn ends.
function S.judge(c)
  if c.late == '1' or num(c.due) == 0 or NOW < num(c.due) then return end
  S.put(c, 'late', '1')
  S.record(
    c,
    'late',
    '"queue":"'
      .. c.queue
      .. '","due":'
      .. c.due
      .. (c.agent ~= '' and c.place == 'active' and ',"agent":"' .. c.agent .. '"' or '')
  )
end

-- Where the time of a late answer went; `began` is the first keystroke as the console reports it, or 0.
local function stages(c, began)
  local asked = num(c.turn)
  -- Times from the console may be wrong. Each stage is clamped between its neighbours, so that they always add up.
  local had = math.max(asked, num(c.assigned))
  local shown = num(c.turn_shown) > 0 and math.max(num(c.turn_shown), had) or had
  local wrote = began > 0 and math.min(math.max(began, shown), NOW) or NOW
  local function stage(name, ms) return ms > 0 and ',"' .. name .. '":' .. int(ms) or '' end
  return stage('queue', had - asked)
    .. stage('delivery', shown - had)
    .. stage('noticing', wrote - shown)
    .. stage('composing', NOW - wrote)
end

-- Closes the open turn for the agent who holds the chat and returns it as JSON; with `began` it is an answer.
function S.close_turn(c, q, began)
  local asked, first = num(c.turn), 0
  local waited = NOW - asked
  local mine = NOW - math.max(asked, num(c.assigned))
  -- An agent who got the chat late still has the whole target, and one who promised to be back has until then.
  local allowed = math.max(q.target, num(c.due) - math.max(asked, num(c.assigned)))
  local turn = { waited = waited, mine = mine, kept = mine <= allowed, late = c.late == '1' }
  if began and c.answered ~= '1' then
    S.put(c, 'answered', '1')
    turn.first = math.max(NOW - num(c.opened), 1)
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
    .. '}'
  S.clear_turn(c)
  return turn
end

-- Due time and start of the open turn, as members of a fact.
function S.running(c)
  if num(c.turn) == 0 then return '' end
  return ',"due":' .. c.due .. ',"since":' .. c.turn
end

function S.clear_turn(c)
  S.put(c, 'turn', '0')
  S.put(c, 'turn_seq', '0')
  S.put(c, 'due', '0')
  S.put(c, 'late', '0')
end

-- Returns seq and time of the visitor's first message after `read`, or nil. Facts start in a fixed format, so matching
-- their beginning is enough.
function S.first_unread(c, read)
  for from = read, num(c.asked_seq) - 1, 100 do
    for _, json in ipairs(redis.call('LRANGE', key('log', c.id), from, from + 99)) do
      local at, seq =
        string.match(json, '^{"kind":"message","at":(%d+),"chat":"[^"]*","seq":(%d+),"prev":%d+,"by":"visitor"')
      if seq then return num(seq), num(at) end
    end
  end
end

-- Sets the timer for a silent visitor, once it is their turn. Nobody is asked before an agent's promise is over.
function S.await_visitor(c, q)
  if c.place == 'active' and num(c.turn) == 0 then S.timer('ask', c.id, math.max(NOW, num(c.promise)) + q.ask) end
end

-- A holding reply: the agent promises to be back within `ms`.
function S.promise(c, ms)
  S.put(c, 'promise', int(NOW + ms))
  S.put(c, 'promise_late', '0')
  S.timer('promise', c.id, NOW + ms)
end

-- Settles and counts the promise to be back. Returns it as a member of a fact, or nil if there is none.
function S.promised(c)
  local due = num(c.promise)
  if due == 0 then return nil end
  local kept = c.promise_late ~= '1' and NOW <= due
  S.no_timer('promise', c.id)
  S.put(c, 'promise', '0')
  S.put(c, 'promise_late', '0')
  S.tally(c.queue, { promised = 1, kept = kept and 1 or nil })
  return '"promised":{"due":' .. int(due) .. (kept and ',"kept":true' or '') .. '}'
end
