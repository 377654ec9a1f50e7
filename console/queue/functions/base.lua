-- Shared by all Functions: this call's clock, the feed, replies, refusals. Times are integer ms of the store's clock.
-- `own` and payloads are JSON text that is never decoded here.

local S = {} -- the library's functions, by topic
local P -- key prefix of this call's workspace, "{name}:"
local NOW, STAMP, N -- this call's time, the same as text, and the feed's last number
local WRITTEN -- the number that `head` has
local FACTS -- appended to the feed and not yet pushed, each "<id> <JSON>"
local SETTLED -- the mark of the queues' settings, see S.queue
local AHEAD -- ms by which the workspace's clock is ahead of the store's; tests use it to move time
local UNFILLED -- the store was empty, and is being filled from SQL
local BEHIND -- ms by which the store's clock was set back
local EPOCH -- of the workspace's history; empty if it has none
local JOINT -- whether this call is one of several that run as one, see `joint.lua`
local BODIES = {} -- verb -> its function

local FIRINGS = 64 -- timers or assignments per call; the rest stay due at once
local LOG_LIMIT = 10000 -- facts a chat may hold
local LOG_BYTES = 4194304 -- bytes of their JSON
local REOPEN = 600000 -- ms after the end during which a message of the visitor reopens the chat
local KEEP = 86400000 -- ms that an ended chat stays live
local UNSEEN = 2500 -- ms within which a console must show a new chat, or the chat goes back
local LEASE = 10000 -- ms that an agent's connection holds: two renewals, 4 s apart, may be missed
local GRACE, LOST = 3000, 10000 -- ms that a reload may take: for chats with a running clock, and for the others
local TAB_LEASE = 45000 -- ms that a visitor's connection holds: two renewals, 20 s apart, may be missed
local WATCH = 60000 -- ms that somebody watches a chat: two renewals of 20 s may be missed
local FEW = 64 -- facts up to which a chat's cids may be a list
local ROUTED, TO_PULL = { 'waiting' }, { 'waiting', 'pull' } -- the lists of chats that a lane has

-- Numbers and their texts that were needed before: a message converts more than a hundred, mostly the same ones.
local KEPT = 4096 -- of each, before all are forgotten
local TEXTS, NUMBERS, TEXT_COUNT, NUMBER_COUNT = {}, {}, 0, 0

-- Truncates to an integer.
local function int(x)
  local text = TEXTS[x]
  if text then return text end
  text = string.format('%d', x) -- takes half the time of %.0f
  if TEXT_COUNT == KEPT then
    TEXTS, TEXT_COUNT = {}, 0
  end
  TEXTS[x], TEXT_COUNT = text, TEXT_COUNT + 1
  return text
end

-- Returns 0 for what is no number.
local function num(x)
  local number = NUMBERS[x]
  if number then return number end
  number = tonumber(x) or 0
  if type(x) == 'string' then
    if NUMBER_COUNT == KEPT then
      NUMBERS, NUMBER_COUNT = {}, 0
    end
    NUMBERS[x], NUMBER_COUNT = number, NUMBER_COUNT + 1
  end
  return number
end

local function key(kind, id) return P .. kind .. ':' .. id end
local function refuse(code) return { '!', code } end

-- Turns a flat reply of HGETALL into a table.
local function hash(name)
  local flat, out = redis.call('HGETALL', name), {}
  for i = 1, #flat, 2 do
    out[flat[i]] = flat[i + 1]
  end
  return out
end

-- Functions that an emptied store allows until it is filled.
local FILLING = { configure = true, revive = true, filled = true, revoke = true }

-- Starts a call. Returns a refusal if the caller has another epoch, or if the store has yet to be filled. `epoch` may
-- be followed by a line for each budget that the whole request takes from, see `S.charge`.
function S.enter(verb, keys, epoch)
  P = string.sub(keys[1], 1, -5)
  -- While a cluster moves the workspace key by key, a missing key may already be on the other node: a call would find
  -- half of the workspace and stop in the middle of its writes. Reading a key that never exists then raises an error
  -- before anything is done.
  if type(redis.pcall('EXISTS', P .. 'never')) == 'table' then
    return redis.error_reply('TRYAGAIN The workspace is on its way to another node')
  end
  local head = redis.call('HMGET', keys[1], 'epoch', 'n', 'at', 'ahead', 'settled', 'unfilled')
  EPOCH = head[1] or ''
  local refused = S.other_epoch(epoch)
  if refused then return refused end
  UNFILLED = head[6]
  if UNFILLED and not FILLING[verb] then return { '!', 'unfilled' } end
  local time = redis.call('TIME')
  AHEAD = num(head[4])
  NOW = num(time[1]) * 1000 + math.floor(num(time[2]) / 1000) + AHEAD
  -- Time never goes back within a workspace. After the store's clock was set back, time stands still until the clock
  -- has caught up, or until `tick` adds the difference to `ahead`.
  BEHIND = math.max(num(head[3]) - NOW, 0)
  NOW = NOW + BEHIND
  STAMP = int(NOW)
  N = num(head[2])
  WRITTEN = N
  SETTLED = head[5] or ''
  S.new_call()
  return S.charge(epoch)
end

-- Returns a refusal if the caller has another epoch.
function S.other_epoch(epoch)
  if EPOCH == '' or string.match(epoch, '^[^\n]*') ~= EPOCH then return { '!', 'epoch', EPOCH } end
end

-- Returns when the next timer is due (ms), as text; '0' if there is none.
function S.next_due()
  local first = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
  return first[2] and int(num(first[2])) or '0'
end

-- A successful reply: the time and the feed's last number, when the next timer is due, then the verb's results.
function S.reply(...)
  if JOINT then return { 'ok', STAMP .. '-' .. int(N), '', ... } end -- `joint` writes and fills in the rest at its end
  S.flush()
  return { 'ok', STAMP .. '-' .. int(N), S.next_due(), ... }
end

-- Sends to every process that listens now. It may be lost.
function S.push(channel, text)
  -- Sharded: otherwise a cluster would send it to all of its nodes. `pcall`: without permission for channels, the call
  -- must not stop in the middle of its writes; processes then read what is not pushed.
  redis.pcall('SPUBLISH', P .. channel, text)
end

-- Appends JSON to the feed under the next number. It is also pushed, so that processes with sockets need not poll.
function S.feed(json)
  -- The id holds the time, and a number without gaps by which readers notice that they missed something.
  N = N + 1
  local id = STAMP .. '-' .. int(N)
  redis.call('XADD', P .. 'feed', id, 'f', json)
  FACTS[#FACTS + 1] = id .. ' ' .. json
end

-- Records a fact outside chat logs. `own` is JSON members without braces.
function S.announce(kind, own)
  S.feed('{"kind":"' .. kind .. '","at":' .. STAMP .. (own ~= '' and ',' .. own or '') .. '}')
end

local PUBLIC = {
  opened = true,
  bot_assigned = true,
  message = true,
  assigned = true,
  released = true,
  transferred = true,
  asked = true,
  ended = true,
  reopened = true,
  rated = true,
  redacted = true,
}

-- Records a fact in the chat's log and in the feed: first what only the Function knows, then the payload. Returns its
-- seq.
function S.record(c, kind, own, payload)
  local seq = num(c.seq) + 1
  local json = '{"kind":"'
    .. kind
    .. '","at":'
    .. STAMP
    .. ',"chat":"'
    .. c.id
    .. '","seq":'
    .. int(seq)
    .. ',"prev":'
    .. int(num(c.last))
    .. (own ~= '' and ',' .. own or '')
  if payload and payload ~= '{}' and payload ~= '' then
    -- Joins two JSON objects as text. Decoding and encoding the payload here would cost more than the rest of the call.
    json = json .. ',' .. string.sub(payload, 2)
  else
    json = json .. '}'
  end
  -- Kept for `flush`: a command with many facts appends to the log once.
  c.unlogged = c.unlogged or {}
  c.unlogged[#c.unlogged + 1] = json
  S.feed(json)
  S.put(c, 'seq', int(seq))
  S.put(c, 'bytes', int(num(c.bytes) + #json))
  S.put(c, 'n', int(N))
  if PUBLIC[kind] then S.put(c, 'last', int(seq)) end
  -- A short hash is a list that every call searches from its start. A value that is too long for a list, in a field
  -- that is no cid, ends that.
  if seq % FEW == 0 then redis.call('HSET', key('cids', c.id), '', string.rep('-', 65)) end
  return seq
end

-- Looks up the first result of a command by (owner, author, cid). Returns a reply, a refusal, or nil if it is new.
function S.again(owner, author, cid, digest)
  local kept = redis.call('HGET', key('cids', owner), author .. '|' .. cid)
  if not kept then return nil end
  local was, seq, at, chat = string.match(kept, '^(%S+) (%d+) (%d+) (%S+)$')
  -- The same cid with another body is a client's mistake, not a resend. `*` is a body with a hidden card number.
  if was ~= digest and was ~= '*' and digest ~= '*' then return refuse('cid_reused') end
  return S.reply(seq, at, chat)
end

-- Stores a result for resends and returns it.
function S.done(owner, author, cid, digest, seq, chat)
  redis.call('HSET', key('cids', owner), author .. '|' .. cid, digest .. ' ' .. int(seq) .. ' ' .. STAMP .. ' ' .. chat)
  return S.reply(int(seq), STAMP, chat)
end

-- Registers a verb. Verbs that end or free something have the flag `allow-oom`, or a full store could never be emptied.
-- `many` passes a list of any length as one table, since Lua's stack holds only 8,000 values.
local function verb(name, body, flags, many)
  BODIES[name] = body
  redis.register_function({
    function_name = name .. '_@VERSION@',
    callback = function(keys, args)
      local refused = S.enter(name, keys, args[1])
      if refused then return refused end
      -- The store does not roll back the writes of a failing script, so the changed fields must be written even then:
      -- without them, the chat would contradict its log.
      local good, reply
      if many then
        table.remove(args, 1)
        good, reply = pcall(body, args)
      else
        good, reply = pcall(body, unpack(args, 2))
      end
      S.flush()
      if not good then error(reply, 0) end
      S.keep_read()
      return reply
    end,
    flags = flags or {},
  })
end
