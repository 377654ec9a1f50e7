-- A chat: loading and saving it, its line, its turn and clock.

local LOG_LIMIT = 10000         -- facts a chat may hold
local REOPEN = 600000           -- ms after the end in which a visitor's words reopen the chat
local KEEP = 86400000           -- ms an ended chat stays live

-- The chat, or nil. Changes are put, then saved in one write.
function S.chat(id)
  local c = hash(key('chat', id))
  if not c.place then return nil end
  c.id = id
  c.changed = {}
  return c
end

function S.put(c, field, value)
  c[field] = value
  c.changed[field] = value
end

function S.save(c)
  local flat = {}
  for field, value in pairs(c.changed) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  if #flat > 0 then redis.call('HSET', key('chat', c.id), unpack(flat)) end
  c.changed = {}
end

function S.queue(id)
  local q = redis.call('HMGET', key('queue', id), 'target', 'ask', 'end')
  if not q[1] then return nil end
  return { id = id, target = num(q[1]), ask = num(q[2]), finish = num(q[3]) }
end

-- The clock follows the turn: a timer at its due, and a place among the agent's running clocks.
function S.clock(c)
  local due = num(c.due)
  if due > 0 and c.late ~= '1' then S.timer('late', c.id, due) else S.no_timer('late', c.id) end
  if c.agent ~= '' then
    if c.place == 'active' and num(c.turn) > 0 then
      redis.call('ZADD', key('clocks', c.agent), int(due), c.id)
    else
      redis.call('ZREM', key('clocks', c.agent), c.id)
    end
  end
end

-- A turn starts at `at` with the visitor's message `seq`. One that waits in line keeps the earlier promise.
function S.open_turn(c, q, seq, at)
  local due = at + q.target
  if c.place == 'waiting' and num(c.due) > 0 then due = math.min(due, num(c.due)) end
  S.put(c, 'turn', int(at))
  S.put(c, 'turn_seq', int(seq))
  S.put(c, 'due', int(due))
  S.put(c, 'late', due <= NOW and c.late == '1' and '1' or '0')
  S.no_timer('ask', c.id)
  S.no_timer('silent', c.id)
end

-- A broken promise is said once a turn, at the latest just before what ends the turn.
function S.judge(c)
  if c.late == '1' or num(c.due) == 0 or NOW < num(c.due) then return end
  S.put(c, 'late', '1')
  S.record(c, 'late', '"queue":"' .. c.queue .. '","due":' .. c.due
    .. (c.agent ~= '' and ',"agent":"' .. c.agent .. '"' or ''))
end

-- The open turn as JSON, closed now by the agent who holds the chat.
function S.close_turn(c, q)
  local asked = num(c.turn)
  local waited = NOW - asked
  local mine = NOW - math.max(asked, num(c.assigned))
  local late = c.late == '1'
  local json = '"turn":{"seq":' .. c.turn_seq .. ',"asked":' .. int(asked) .. ',"waited":' .. int(waited)
    .. ',"mine":' .. int(mine) .. (mine <= q.target and ',"kept":true' or '') .. (late and ',"late":true' or '') .. '}'
  S.clear_turn(c)
  return json, mine
end

-- The open turn's end and start, as members of a fact.
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

-- The first message of the visitor after `read`: its seq and time, or nil. The log's facts begin in a fixed way.
function S.first_unread(c, read)
  for from = read, num(c.asked_seq) - 1, 100 do
    for _, json in ipairs(redis.call('LRANGE', key('log', c.id), from, from + 99)) do
      local at, seq = string.match(json, '^{"kind":"message","at":(%d+),"chat":"[^"]*","seq":(%d+),"prev":%d+,"by":"visitor"')
      if seq then return num(seq), num(at) end
    end
  end
end

-- Into the line: ordered by the promise; what comes back goes before every promise not yet broken.
function S.enqueue(c, q, front)
  S.put(c, 'place', 'waiting')
  S.put(c, 'since', int(NOW))
  if num(c.due) == 0 then S.put(c, 'due', int(NOW + q.target)) end
  local score = num(c.due)
  if front then score = math.min(score, NOW) end
  redis.call('ZADD', key('waiting', c.queue), int(score), c.id)
  if c.here == '0' then S.timer('abandon', c.id, num(c.left) + 60000) end
end

-- What silence means once the visitor has the last word to say.
function S.await_visitor(c, q)
  if c.place == 'active' and num(c.turn) == 0 then S.timer('ask', c.id, NOW + q.ask) end
end

-- The end: out of the line or out of the agent's hands, no clocks, a freed slot pulls the next chat.
function S.finish(c, why, payload)
  S.judge(c)
  local agent = c.agent
  if c.place == 'waiting' then redis.call('ZREM', key('waiting', c.queue), c.id) end
  S.clear_turn(c)
  S.put(c, 'place', 'ended')
  S.clock(c)
  for _, kind in ipairs({ 'ask', 'silent', 'abandon', 'unseen', 'tabs' }) do S.no_timer(kind, c.id) end
  S.record(c, 'ended', '"why":"' .. why .. '"' .. (agent ~= '' and ',"agent":"' .. agent .. '"' or ''), payload)
  S.put(c, 'ended', int(NOW))
  redis.call('SREM', P .. 'live', c.id)
  redis.call('DEL', key('draft', c.id), key('tabs', c.id))
  S.timer('reap', c.id, NOW + KEEP)
  if agent ~= '' then
    redis.call('HDEL', key('held', agent), c.slot)
    S.put(c, 'agent', '')
    S.put(c, 'slot', '0')
    S.save(c)
    S.refresh(agent)
    S.route_agent(agent)
  else
    S.save(c)
  end
end
