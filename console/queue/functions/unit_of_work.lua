-- What one call reads and writes. Each chat and member is read once per call, a queue once per change of settings; all
-- changes are written once, before the reply. A verb that fails half-way still writes its changes, since its facts are
-- already in the feed.

local CHATS, AGENTS -- by id; `false` for one that does not exist
local READ -- chats and members that this call has read or made, for `keep_read`
local CHANGED -- chats and members with something to write
local TIMERS -- "kind:id" -> ms, or false for none
local STALE -- members whose place in the free lanes may be outdated
local COUNTED -- what to count, see `counts.lua`
local MANNED -- queue -> whether anybody is online in it
local RESETTLED -- whether this call has replaced the settings' mark
local PASSED = 0 -- chats seen in long lists

local PARTS = 2000 -- arguments per command: Lua's stack holds 8,000 values

local function in_parts(command, name, words)
  for from = 1, #words, PARTS do
    redis.call(command, name, unpack(words, from, math.min(from + PARTS - 1, #words)))
  end
end

function S.new_call()
  MANNED, RESETTLED, JOINT = {}, false, false
  CHATS, AGENTS, READ, CHANGED, TIMERS, STALE, COUNTED, FACTS = {}, {}, {}, {}, {}, {}, {}, {}
end

-- Returns the chat or nil. Change it with `put`.
function S.chat(id)
  local c = CHATS[id]
  if c == nil then
    c = S.read('chat', id) or false
    CHATS[id] = c
  end
  return c or nil
end

function S.new_chat(id)
  local c = { id = id, key = key('chat', id), last = '0', fresh = true }
  CHATS[id], READ[#READ + 1] = c, c
  return c
end

-- Returns the member or nil; change it with `put`. `slots` (slot -> chat) and `used` are read on demand.
function S.agent(id)
  local a = AGENTS[id]
  if a == nil then
    a = S.read('agent', id) or false
    AGENTS[id] = a
  end
  return a or nil
end

function S.new_agent(id)
  local a = { id = id, key = key('agent', id) }
  AGENTS[id] = a
  return a
end

function S.put(thing, field, value)
  if thing[field] == value then return end
  thing[field] = value
  CHANGED[thing] = true
end

function S.put_all(thing, values)
  for field, value in pairs(values) do
    S.put(thing, field, value)
  end
end

-- Drops the changes of a thing whose keys were deleted.
function S.forget(thing)
  CHANGED[thing], thing.stored = nil, nil
  CHATS[thing.id], AGENTS[thing.id] = nil, nil
end

-- SETTINGS, {name, default} of each setting in console/domain/directory.py, is prepended to the library.
local QUEUE = { 'target', 'opens', 'removed' } -- and the names of SETTINGS
for i = 1, #SETTINGS do -- ipairs does not exist while a library loads
  QUEUE[#QUEUE + 1] = SETTINGS[i][1]
end

-- Queues and members' lanes as an earlier call read them: workspace -> {as, queues, lanes}. They are valid while `head`
-- has the mark `as`, which every change of settings replaces. A new process of the store starts without any.
local KNOWN = {}

local function read_queue(id)
  local values = redis.call('HMGET', key('queue', id), unpack(QUEUE))
  if not values[1] then return nil end
  local q = { id = id, opens = values[2] or '', removed = values[3] == '1' }
  for i, setting in ipairs(SETTINGS) do
    local value, default = values[i + 3], setting[2]
    q[setting[1]] = not value and default or type(default) == 'number' and num(value) or value
  end
  return q
end

local function settings()
  local known = KNOWN[P]
  if not known or known.as ~= SETTLED then
    known = { as = SETTLED, queues = {}, lanes = {} }
    KNOWN[P] = known
  end
  return known
end

-- Returns the queue with its settings by name, or nil; not to be changed. A setting that was never published has its
-- default.
function S.queue(id)
  local queues = settings().queues
  local q = queues[id] or read_queue(id)
  queues[id] = q
  return q
end

-- Returns a member's lanes, for many members at once.
function S.lanes_text(id)
  local lanes = settings().lanes
  if not lanes[id] then
    local a = S.peek('agent', id)
    lanes[id] = a and a.lanes or ''
  end
  return lanes[id]
end

-- Call after each change of a queue's settings or a member's lanes: every later call reads all of them again. The mark
-- holds the time, so it is never reused, even if a failover loses some marks.
function S.changed_settings()
  KNOWN[P] = nil
  if RESETTLED then return end
  RESETTLED = true
  local count = num(string.match(SETTLED, '%-(%d+)$')) + 1
  SETTLED = STAMP .. '-' .. int(count)
  redis.call('HSET', P .. 'head', 'settled', SETTLED)
end

-- --- timers ---------------------------------------------------------------------------------------

function S.timer(kind, id, at) TIMERS[kind .. ':' .. id] = int(at) end
function S.no_timer(kind, id) TIMERS[kind .. ':' .. id] = false end

-- Returns when the timer is due (ms), or nil.
function S.timer_at(name)
  local at = TIMERS[name]
  if at == nil then at = redis.call('ZSCORE', P .. 'due', name) end
  return at and num(at) or nil
end

local function write_timers()
  local set, gone = {}, {}
  for name, at in pairs(TIMERS) do
    if at then
      set[#set + 1] = at
      set[#set + 1] = name
    else
      gone[#gone + 1] = name
    end
  end
  in_parts('ZREM', P .. 'due', gone)
  in_parts('ZADD', P .. 'due', set)
  TIMERS = {}
end

-- --- an agent's slots, and their place in the free lanes ------------------------------------------

local function slots(a)
  a.slots = a.slots or hash(key('held', a.id))
  return a.slots
end

-- Returns how many slots are in use: `used`, which members written by an older release do not have yet.
function S.used(a)
  if not a.used then S.put(a, 'used', int(redis.call('HLEN', key('held', a.id)))) end
  return num(a.used)
end

-- Returns how many slots the member has for chats of other channels, in addition to `limit`; nil: they share those.
local function apart(a) return (a.channel_slots or '') ~= '' and num(a.channel_slots) or nil end

-- Whether there is a slot for a chat that is assigned. Chats beyond the slots for other channels count here.
function S.has_slot(a) return S.used(a) - math.min(num(a.aside), apart(a) or 0) < num(a.limit) end

-- Whether there is a slot for this one.
function S.has_room(a, c)
  local most = apart(a)
  if not most or not S.uses_channel_slots(c) then return S.has_slot(a) end
  return num(a.aside) < most and S.used(a) < num(a.limit) + most
end

-- Whether the slots differ by chat.
function S.has_two_kinds(a) return apart(a) ~= nil end

-- Gives the chat the lowest free slot. Returns it as text.
function S.take_slot(a, c)
  local taken, slot = slots(a), 1
  while taken[int(slot)] do
    slot = slot + 1
  end
  slot = int(slot)
  S.book_load(a, S.used(a))
  S.put(a, 'used', int(S.used(a) + 1))
  redis.call('HSET', key('held', a.id), slot, c.id)
  a.slots[slot] = c.id
  if S.uses_channel_slots(c) then
    S.put(c, 'aside', '1')
    S.put(a, 'aside', int(num(a.aside) + 1))
  end
  return slot
end

-- Frees the slot that the chat has with the member.
function S.free_slot(id, c)
  local slot, aside = c.slot, c.aside == '1'
  if aside then S.put(c, 'aside', '0') end
  local a = S.agent(id)
  local used = a and S.used(a)
  if redis.call('HDEL', key('held', id), slot) == 0 or not a then return end
  S.book_load(a, used)
  if a.slots then a.slots[slot] = nil end
  S.put(a, 'used', int(used - 1))
  if aside then S.put(a, 'aside', int(math.max(num(a.aside) - 1, 0))) end
end

-- Returns the used slots as slot -> chat.
function S.slots_of(id)
  local a = S.agent(id)
  return a and slots(a) or {}
end

function S.breathes(a) return num(a.breather) > 0 end

function S.available(a)
  return a.connected == '1' and a.status == 'online' and a.unseen ~= '1' and not S.breathes(a) and S.has_slot(a)
end

-- Fewest running clocks, then fewest chats, then longest without a new one: an integer below 2^53, as text.
local function pressure(a)
  if not S.available(a) then return '' end
  return int((redis.call('ZCARD', key('clocks', a.id)) * 10 + S.used(a)) * 1e13 + num(a.last))
end

-- A member is in `free:` of each of their lanes while a slot is free, scored by pressure; `stands` is that score. This
-- only marks the member, since one call may change them many times.
function S.refresh(id)
  STALE[id] = true
  return S.agent(id)
end

-- Writes the marked members' places in the free lanes. Must run before a free lane is read.
function S.settle()
  for id in pairs(STALE) do
    local a = S.agent(id)
    local now = a and pressure(a)
    if a and now ~= a.stands then
      for lane in S.lanes_of(a) do
        local free = key('free', lane)
        if now ~= '' then
          redis.call('ZADD', free, now, id)
        else
          redis.call('ZREM', free, id)
        end
      end
      S.put(a, 'stands', now)
    end
  end
  STALE = {}
end

-- Counts the members in a free lane, including those whose place has not been written yet.
function S.candidates(lane)
  local count = 0
  for id in pairs(STALE) do
    local a = S.agent(id)
    if a and not a.stands then S.settle() end
  end
  for id in pairs(STALE) do
    local a = S.agent(id)
    if a and S.works(a, lane) then count = count + (S.available(a) and 1 or 0) - (a.stands ~= '' and 1 or 0) end
  end
  return count + redis.call('ZCARD', key('free', lane))
end

-- --- the end of a call --------------------------------------------------------------------------------

-- Appends the chat's new facts to its log. Must run before a log is read.
function S.write_log(c)
  if not c.unlogged then return end
  in_parts('RPUSH', key('log', c.id), c.unlogged)
  c.unlogged = nil
end

local function write_changed()
  for thing in pairs(CHANGED) do
    S.write_log(thing)
    S.write(thing)
  end
  CHANGED = {}
end

-- Writes all changes, timers and counts so far.
function S.flush()
  if next(STALE) then S.settle() end
  if next(CHANGED) then write_changed() end
  if next(COUNTED) then S.write_counts() end
  if next(TIMERS) then write_timers() end
  if N ~= WRITTEN then
    redis.call('HSET', P .. 'head', 'n', int(N), 'at', STAMP)
    S.push('facts', table.concat(FACTS, '\n'))
    WRITTEN, FACTS = N, {}
  end
end

-- Call between the chats of a long list, while none is in use: now and then writes and forgets the finished ones, so
-- that a list of any length needs little memory.
function S.next_of_many()
  PASSED = PASSED + 1
  if PASSED % 100 > 0 then return end
  S.flush()
  CHATS, READ = {}, {}
end
