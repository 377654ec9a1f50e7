-- What every Function stands on: this call's clock, the feed, replies, refusals.
-- Times are integer ms of the store's clock. `own` and payloads are JSON text, never decoded here.

local S = {} -- the library's functions, by topic
local P -- key prefix of this call's workspace, "{name}:"
local NOW, STAMP, N -- this call's time, the same as text, and the last number of the feed
local WRITTEN -- the number that stands in `head`
local AHEAD -- ms the workspace's clock runs ahead of the store's (tests move time with it)
local BEHIND -- ms the store's clock has gone back

local FIRINGS = 64 -- timers or assignments one call may do; the rest is due at once

local function int(x) return string.format('%d', x) end -- whole numbers: it cuts off, and takes half the time of %.0f
local function num(x) return tonumber(x) or 0 end
local function key(kind, id) return P .. kind .. ':' .. id end
local function refuse(code) return { '!', code } end

-- Flat replies of HGETALL as a table.
local function hash(name)
  local flat, out = redis.call('HGETALL', name), {}
  for i = 1, #flat, 2 do
    out[flat[i]] = flat[i + 1]
  end
  return out
end

-- Opens a call: the epoch the caller believes in, or a refusal.
function S.enter(keys, epoch)
  P = string.sub(keys[1], 1, -5)
  local head = redis.call('HMGET', keys[1], 'epoch', 'n', 'at', 'ahead')
  if not head[1] or head[1] ~= epoch then return { '!', 'epoch', head[1] or '' } end
  local time = redis.call('TIME')
  AHEAD = num(head[4])
  NOW = num(time[1]) * 1000 + math.floor(num(time[2]) / 1000) + AHEAD
  BEHIND = math.max(num(head[3]) - NOW, 0)
  NOW = NOW + BEHIND
  STAMP = int(NOW)
  N = num(head[2])
  WRITTEN = N
  S.new_call()
end

-- A good reply: the time, the next timer, then what the verb returns.
function S.reply(...)
  S.flush()
  local next_due = redis.call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
  return { 'ok', STAMP, next_due[2] and int(num(next_due[2])) or '0', ... }
end

-- Appends JSON to the feed under the next number.
function S.feed(json)
  N = N + 1
  redis.call('XADD', P .. 'feed', STAMP .. '-' .. int(N), 'f', json)
end

-- A fact of no chat's log. `own` is JSON members without braces.
function S.announce(kind, own)
  S.feed('{"kind":"' .. kind .. '","at":' .. STAMP .. (own ~= '' and ',' .. own or '') .. '}')
end

local PUBLIC = {
  opened = true,
  message = true,
  assigned = true,
  released = true,
  transferred = true,
  asked = true,
  ended = true,
  reopened = true,
  rated = true,
}

-- A fact in the chat's log and in the feed: what only the Function knows, then the payload. Returns its seq.
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
    json = json .. ',' .. string.sub(payload, 2)
  else
    json = json .. '}'
  end
  c.unlogged = c.unlogged or {}
  c.unlogged[#c.unlogged + 1] = json
  S.feed(json)
  S.put(c, 'seq', int(seq))
  S.put(c, 'bytes', int(num(c.bytes) + #json))
  S.put(c, 'n', int(N))
  if PUBLIC[kind] then S.put(c, 'last', int(seq)) end
  return seq
end

-- The first result of a command, by (owner, author, cid): a reply, a refusal, or nil when it is new.
function S.again(owner, author, cid, digest)
  local kept = redis.call('HGET', key('cids', owner), author .. '|' .. cid)
  if not kept then return nil end
  local was, seq, at, chat = string.match(kept, '^(%S+) (%d+) (%d+) (%S+)$')
  if was ~= digest then return refuse('cid_reused') end
  return S.reply(seq, at, chat)
end

-- Keeps a result for resends and returns it.
function S.done(owner, author, cid, digest, seq, chat)
  redis.call('HSET', key('cids', owner), author .. '|' .. cid, digest .. ' ' .. int(seq) .. ' ' .. STAMP .. ' ' .. chat)
  return S.reply(int(seq), STAMP, chat)
end

-- Registers a verb. Those that end or free carry `allow-oom`, or a full store could never be emptied.
-- `many` takes a list of any length (Lua's stack holds 8,000 values) as one table.
local function verb(name, body, flags, many)
  redis.register_function({
    function_name = name .. '_@VERSION@',
    callback = function(keys, args)
      local refused = S.enter(keys, args[1])
      if refused then return refused end
      local good, reply
      if many then
        table.remove(args, 1)
        good, reply = pcall(body, args)
      else
        good, reply = pcall(body, unpack(args, 2))
      end
      S.flush()
      if not good then error(reply, 0) end
      return reply
    end,
    flags = flags or {},
  })
end
