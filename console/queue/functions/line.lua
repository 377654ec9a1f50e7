-- A queue's waiting chats, and who may take them. A lane is the part of a queue that one language forms.

local EXCLUDED = 60000 -- ms a chat does not come back to a member who declined, missed or transferred it

-- Returns the chat's language in this queue: the visitor's own if the queue serves it, else the queue's first; '' if
-- language does not matter, or no longer does.
local function language(c, q)
  if q.languages == '' or c.any == '1' then return '' end
  local first = string.match(q.languages, '%S+')
  for spoken in string.gmatch(q.languages, '%S+') do
    if spoken == c.tongue then return spoken end
  end
  return first
end

function S.lane(c, queue) return (c.lang or '') == '' and queue or queue .. '/' .. c.lang end

function S.reached(c) return string.gmatch(c.reached, '%S+') end

-- Whether the visitor waits in front of the chat; the same rule as in console/domain/channels.py.
function S.instant(c) return c.channel == 'web' or c.channel == 'api' end

-- Returns the channel that the chat's figures count for, or nil for an instant one. Gateways may invent any number of
-- channels.
local NAMED = { email = true, sms = true, whatsapp = true, phone = true }
function S.channel_group(c)
  if S.instant(c) then return nil end
  return NAMED[c.channel] and c.channel or 'other'
end

-- Returns the target (ms) of the chat's channel in this queue, and whether its chats are assigned. `channels` lists
-- both for each channel; the last entry is for channels without their own.
local function rule(c, q)
  if S.instant(c) then return q.target, true end
  for channel, target, assigned in string.gmatch(q.channels, '(%S+) (%d+) (%d)') do
    if channel == c.channel or channel == 'other' then return num(target), assigned == '1' end
  end
end

-- Whether the chat uses one of an agent's slots for other channels: a chat of another channel that agents take.
function S.uses_channel_slots(c)
  if S.instant(c) then return false end -- without reading its queue
  local _, assigned = rule(c, S.home(c.queue, c.site))
  return not assigned
end

function S.target_of(c, q) return (rule(c, q)) end

-- Puts the chat into its queue, ordered by its promise less the queue's head start and its own, `ahead`. A returning
-- chat goes ahead of all chats whose promises are not broken yet. Every caller then routes the chat; it is listed in
-- the lanes only if routing finds nobody.
function S.enqueue(c, q, front)
  if (c.reached or '') == '' then
    S.put(c, 'any', '0')
    S.put(c, 'reached', c.queue)
  else
    q = S.follow_settings(c)
  end
  S.put(c, 'place', 'waiting')
  S.put(c, 'since', STAMP)
  if num(c.due) == 0 then S.put(c, 'due', int(NOW + S.target_of(c, q))) end
  S.put(c, 'rank', int((front and math.min(num(c.due), NOW) or num(c.due)) - q.head - num(c.ahead)))
  S.put(c, 'head', int(q.head))
  S.put(c, 'stuck', '')
  S.put(c, 'expected', '0')
  S.put(c, 'places', '0')
  S.describe(c, q)
  c.fresh = true
  if c.here == '0' and S.instant(c) then S.timer('abandon', c.id, NOW + 60000) end
end

-- Sets the fields by which the queue's settings decide where the chat is listed.
function S.describe(c, q)
  local _, assigned = rule(c, q)
  S.put(c, 'kind', q.mode ~= 'pull' and assigned and 'waiting' or 'pull')
  S.put(c, 'lang', language(c, q))
end

local function add(c, queue) redis.call('ZADD', key(c.kind, S.lane(c, queue)), c.rank, c.id) end

-- Returns the queue that the chat overflows to next, and the last one it has reached; nil if there is no next one.
local function further(c)
  local last = S.queue(string.match(c.reached, '(%S+)$'))
  local known = string.find(' ' .. c.reached .. ' ', ' ' .. last.overflow .. ' ', 1, true)
  local beyond = last.overflow ~= '' and not known and S.queue(last.overflow)
  if not beyond or beyond.removed then return nil end
  return beyond, last
end

-- Whether the chat goes on at once instead of waiting: nobody is online in the last queue, or it is closed while the
-- next one is open.
local function passes(last, beyond) return not S.manned(last.id) or not S.is_open(last) and S.is_open(beyond) end

-- Sets the timer after which the chat also overflows to the next queue.
function S.next_overflow(c, from)
  local beyond, last = further(c)
  if beyond then
    S.timer('overflow', c.id, passes(last, beyond) and NOW or from + last.overflow_after)
  else
    S.no_timer('overflow', c.id)
  end
end

-- Sets the timer after which any member may have the chat, whatever languages they speak.
function S.next_language(c, from)
  local after = S.queue(c.queue).language_after
  if c.lang ~= '' and after > 0 then
    S.timer('language', c.id, from + after)
  else
    S.no_timer('language', c.id)
  end
end

-- Lists the chat in every queue it has reached.
function S.stand(c)
  c.fresh = nil
  redis.call('ZADD', key('line', c.queue), c.rank, c.id)
  for queue in S.reached(c) do
    add(c, queue)
  end
end

-- A new chat was routed without ever being listed, so there is nothing to remove.
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

-- Adds one more queue to those the chat has reached.
local function reach(c, queue)
  S.put(c, 'reached', c.reached .. ' ' .. queue.id)
  if c.place == 'waiting' and not c.fresh then add(c, queue.id) end
  S.record(c, 'overflowed', '"queue":"' .. queue.id .. '"')
end

function S.overflow(c)
  local beyond = further(c)
  if not beyond then return end
  reach(c, beyond)
  S.next_overflow(c, NOW)
  S.route_chat(c)
end

-- Moves the chat past all tiers that it need not wait for.
function S.pass_tiers(c)
  local passed, beyond, last = false, further(c)
  while beyond and passes(last, beyond) do
    reach(c, beyond)
    passed, beyond, last = true, further(c)
  end
  if passed then S.next_overflow(c, NOW) end
end

-- Ends the wait for a member who speaks the language: any member may have the chat.
function S.any_language(c)
  -- The queue's languages may have changed since the timer was set; an offered chat is not listed anew then.
  if language(c, S.queue(c.queue)) == '' then return end
  local waits = c.place == 'waiting'
  if waits then S.unline(c) end
  S.put(c, 'any', '1')
  S.put(c, 'lang', '')
  if waits then S.stand(c) end
  S.record(c, 'any_language', '')
  S.route_chat(c)
end

-- Sets the visitor's language from another source than the browser: 'text' or 'agent'. If that changes the lane the
-- chat waits in, it goes to members who speak the language at once. Returns the fact's number.
function S.speaks(c, tongue, by, payload)
  local q = S.queue(c.queue)
  local before = language(c, q) -- of a chat that is offered, `lang` is from before the queue's last change
  S.put(c, 'tongue', tongue)
  S.put(c, 'tongue_by', by)
  local seq = S.record(c, 'language_set', '"by":"' .. by .. '"', payload)
  local lang = language(c, q)
  if c.place ~= 'waiting' and c.place ~= 'offered' or lang == before then return seq end
  local waits = c.place == 'waiting'
  if waits then S.unline(c) end
  S.put(c, 'lang', lang)
  if waits then S.stand(c) end
  S.next_language(c, NOW)
  S.route_chat(c)
  return seq
end

-- Returns every lane in which a queue's waiting chats may be listed.
function S.lanes_in(queue)
  local found, known = { queue }, {}
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'queues')) do
    for spoken in string.gmatch(S.queue(id).languages, '%S+') do
      if not known[spoken] then found[#found + 1] = queue .. '/' .. spoken end
      known[spoken] = true
    end
  end
  return found
end

-- Call when nobody is online in the queue any more: chats that reached it last overflow at once, not after their
-- overflow time.
function S.empty_tier(queue)
  local q = S.queue(queue)
  if not q or q.overflow == '' or S.manned(queue) then return end
  S.flush()
  for _, lane in ipairs(S.lanes_in(queue)) do
    for _, kind in ipairs({ 'waiting', 'pull' }) do
      for _, id in ipairs(redis.call('ZRANGE', key(kind, lane), 0, -1)) do
        local c = S.peek('chat', id)
        local reached = c and c.reached or queue
        if string.match(reached, '(%S+)$') == queue then S.next_overflow({ id = id, reached = reached }, NOW) end
      end
    end
  end
end

-- Returns the queue. If it was removed, returns the next one it overflowed to, or else the one where the site's chats
-- go. Without either, returns the removed queue itself, whose chats wait for a supervisor.
function S.home(queue, site)
  local q, passed = S.queue(queue), {}
  while q and q.removed and not passed[q.id] do
    passed[q.id] = true
    q = S.queue(q.overflow ~= '' and q.overflow or redis.call('HGET', P .. 'sites', site) or '')
  end
  return q and not q.removed and q or S.queue(queue)
end

-- Applies settings that changed since the chat came here: its queue may be removed, overflow may lead elsewhere, and
-- the head start may differ. The chat keeps those reached queues to which overflow still leads. Returns its queue.
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

-- A queue's settings changed: lists its waiting chats anew and restarts their overflow timers.
function S.reline(queue)
  for _, id in ipairs(redis.call('ZRANGE', key('line', queue), 0, -1)) do
    local c = S.chat(id)
    S.unline(c)
    S.describe(c, S.follow_settings(c))
    S.stand(c)
    S.next_overflow(c, c.reached == c.queue and num(c.since) or NOW)
    S.next_language(c, num(c.since))
    S.next_of_many()
  end
end

-- --- exclusions: who must not get the chat for a while ------------------------------------------

function S.exclude(c, id)
  redis.call('HSET', key('not', c.id), id, int(NOW + EXCLUDED))
  if not S.timer_at('again:' .. c.id) then S.timer('again', c.id, NOW + EXCLUDED) end
  S.put(c, 'nots', '1')
end

function S.excluded(c, id) return c.nots == '1' and num(redis.call('HGET', key('not', c.id), id)) > NOW end

-- Drops expired exclusions and sets the timer for the next one.
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

-- --- who is online ------------------------------------------------------------------------------

-- Whether anybody is online in this queue itself. A member who has just disconnected still counts for the time of a
-- reload.
function S.manned(queue)
  if MANNED[queue] == nil then
    MANNED[queue] = num(redis.call('ZRANGE', key('staff', queue), -1, -1, 'WITHSCORES')[2]) > NOW
  end
  return MANNED[queue]
end

-- Returns the queue that a new chat enters: the first open one of its tiers, or nil.
function S.entrance(q)
  local passed = {}
  while q and not passed[q.id] do
    passed[q.id] = true
    if not q.removed and S.is_open(q) then return q end
    q = q.overflow ~= '' and S.queue(q.overflow)
  end
end

-- Whether anybody is online in this queue or one it overflows to.
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
