-- A line, and who may take from it. A queue's lane is the part of its line that speaks one language.

local EXCLUDED = 60000 -- ms a chat does not come back to a member who declined, missed or handed it over

-- The chat's language in this queue: the visitor's own if spoken here, else the first; '' where it does not matter.
local function language(c, q)
  if q.languages == '' then return '' end
  local first = string.match(q.languages, '%S+')
  for spoken in string.gmatch(q.languages, '%S+') do
    if spoken == c.tongue then return spoken end
  end
  return first
end

function S.lane(c, queue) return (c.lang or '') == '' and queue or queue .. '/' .. c.lang end

function S.reached(c) return string.gmatch(c.reached, '%S+') end

-- Into the line, ordered by the promise with the queue's head start; what comes back goes before every promise not
-- yet broken. It stands there only if routing, which every caller ends with, finds nobody.
function S.enqueue(c, q, front)
  if (c.reached or '') == '' then
    S.put(c, 'reached', c.queue)
  else
    q = S.follow_settings(c)
  end
  S.put(c, 'place', 'waiting')
  S.put(c, 'since', STAMP)
  if num(c.due) == 0 then S.put(c, 'due', int(NOW + q.target)) end
  S.put(c, 'rank', int((front and math.min(num(c.due), NOW) or num(c.due)) - q.head))
  S.put(c, 'head', int(q.head))
  S.put(c, 'stuck', '')
  S.put(c, 'expected', '0')
  S.describe(c, q)
  c.fresh = true
  if c.here == '0' then S.timer('abandon', c.id, NOW + 60000) end
end

-- What of the queue's settings decides where the chat stands.
function S.describe(c, q)
  S.put(c, 'kind', q.mode == 'pull' and 'pull' or 'waiting')
  S.put(c, 'lang', language(c, q))
end

local function add(c, queue) redis.call('ZADD', key(c.kind, S.lane(c, queue)), c.rank, c.id) end

-- The queue whose line it reaches next, and after how long; nil when there is none, or none any more.
local function further(c)
  local q = S.queue(string.match(c.reached, '(%S+)$'))
  local known = string.find(' ' .. c.reached .. ' ', ' ' .. q.overflow .. ' ', 1, true)
  local beyond = q.overflow ~= '' and not known and S.queue(q.overflow)
  if not beyond or beyond.removed then return nil end
  return q.overflow, q.overflow_after
end

-- After its overflow time a chat stands in the next queue's line too.
function S.next_overflow(c, from)
  local queue, after = further(c)
  if queue then
    S.timer('overflow', c.id, from + after)
  else
    S.no_timer('overflow', c.id)
  end
end

-- Into every line it has reached.
function S.stand(c)
  c.fresh = nil
  redis.call('ZADD', key('line', c.queue), c.rank, c.id)
  for queue in S.reached(c) do
    add(c, queue)
  end
end

function S.unline(c)
  if c.fresh then
    c.fresh = nil
    return
  end
  redis.call('ZREM', key('line', c.queue), c.id)
  for queue in S.reached(c) do
    redis.call('ZREM', key(c.kind, S.lane(c, queue)), c.id)
  end
end

function S.overflow(c)
  local queue = further(c)
  if not queue then return end
  S.put(c, 'reached', c.reached .. ' ' .. queue)
  if c.place == 'waiting' then add(c, queue) end
  S.next_overflow(c, NOW)
  S.record(c, 'overflowed', '"queue":"' .. queue .. '"')
  S.route_chat(c)
end

-- The queue, or where its chats belong when it is no more: the next one it overflowed to, else where the site's chats go.
-- Without either it is the removed queue itself, and what is in it waits for a supervisor.
function S.home(queue, site)
  local q, passed = S.queue(queue), {}
  while q and q.removed and not passed[q.id] do
    passed[q.id] = true
    q = S.queue(q.overflow ~= '' and q.overflow or redis.call('HGET', P .. 'sites', site) or '')
  end
  return q and not q.removed and q or S.queue(queue)
end

-- Settings may have changed since it came here: its queue may be no more, overflow lead elsewhere, the head start be
-- another. It keeps of the lines it has reached those that overflow leads to. Returns its queue.
function S.follow_settings(c)
  local q = S.home(c.queue, c.site)
  local reached, last, rank = q.id, q, c.rank
  if q.id == c.queue then
    for queue in string.gmatch(string.sub(c.reached, #c.queue + 1), '%S+') do
      if queue ~= last.overflow then break end
      reached, last = reached .. ' ' .. queue, S.queue(queue)
    end
  end
  if c.place ~= 'active' then rank = int(num(rank) + num(c.head or q.head) - q.head) end
  if reached == c.reached and rank == c.rank then return q end
  S.put_all(c, { queue = q.id, reached = reached, rank = rank, head = int(q.head) })
  local lines = string.gsub(string.sub(reached, #q.id + 2), '%S+', '"%0"')
  S.announce(
    'relined',
    '"chat":"' .. c.id .. '","queue":"' .. q.id .. '","lines":[' .. string.gsub(lines, ' ', ',') .. '],"rank":' .. rank
  )
  return q
end

-- A queue's settings have changed: where its waiting chats stand follows, and when they reach the next line.
function S.reline(queue)
  for _, id in ipairs(redis.call('ZRANGE', key('line', queue), 0, -1)) do
    local c = S.chat(id)
    S.unline(c)
    S.describe(c, S.follow_settings(c))
    S.stand(c)
    S.next_overflow(c, c.reached == c.queue and num(c.since) or NOW)
    S.next_of_many()
  end
end

-- --- who may not have it for a while ------------------------------------------------------------

function S.exclude(c, id)
  redis.call('HSET', key('not', c.id), id, int(NOW + EXCLUDED))
  if not S.timer_at('again:' .. c.id) then S.timer('again', c.id, NOW + EXCLUDED) end
  S.put(c, 'nots', '1')
end

function S.excluded(c, id) return c.nots == '1' and num(redis.call('HGET', key('not', c.id), id)) > NOW end

-- Exclusions that have run out are forgotten; the next one is waited for.
function S.forget_exclusions(c)
  local next_one
  for id, till in pairs(hash(key('not', c.id))) do
    if num(till) <= NOW then
      redis.call('HDEL', key('not', c.id), id)
    elseif not next_one or num(till) < next_one then
      next_one = num(till)
    end
  end
  if next_one then
    S.timer('again', c.id, next_one)
  else
    S.put(c, 'nots', '0')
  end
end

-- --- who is there -------------------------------------------------------------------------------

-- Whether anybody works this very queue; a member just lost still counts for the grace of a reload.
function S.manned(queue) return num(redis.call('ZRANGE', key('staff', queue), -1, -1, 'WITHSCORES')[2]) > NOW end

-- The same, or one it overflows to.
function S.staffed(queue)
  local seen = {}
  while queue ~= '' and not seen[queue] do
    seen[queue] = true
    if S.manned(queue) then return true end
    local q = S.queue(queue)
    queue = q and q.overflow or ''
  end
  return false
end
