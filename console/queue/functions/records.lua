-- Chats and members as the store keeps them: one packed value each, read and written once per call. A chat's profile,
-- which is long and rarely needed, has its own key.

-- Fields that a call keeps in a chat or member for itself and that are not stored.
local INNER = {
  id = true,
  key = true,
  stored = true,
  fresh = true,
  unlogged = true,
  profile = true,
  slots = true,
  formerly = true,
}

-- A cache of what earlier calls read or wrote, by key, in two halves. `stored` is the packed text: while the store
-- still has the same text, nothing else has changed it, and it need not be unpacked. That covers changes by an older
-- release, too.
local HALF = 1000
local RECENT, EARLIER, COUNT = {}, {}, 0

-- An earlier release kept each in a hash. It is packed at its first change.
local function from_hash(name)
  local fields = hash(name)
  if fields.place and not fields.reached then -- from a release without overflow
    fields.reached, fields.kind, fields.rank, fields.stuck = fields.queue, 'waiting', fields.due, ''
  end
  return next(fields) and fields or nil
end

-- Returns the fields by name, or nil.
local function unpacked(name)
  local packed = redis.pcall('GET', name)
  if not packed then return nil end
  return type(packed) == 'string' and cmsgpack.unpack(packed) or from_hash(name)
end

-- Takes it out of the cache, since the call may change it and fail.
local function take(name)
  local thing = RECENT[name]
  if thing then
    RECENT[name], COUNT = nil, COUNT - 1
  else
    thing, EARLIER[name] = EARLIER[name], nil
  end
  return thing
end

-- Reads a chat or member that the call may change. Returns it or nil.
function S.read(kind, id)
  local name = key(kind, id)
  local text = redis.pcall('GET', name)
  if not text then return nil end
  local thing
  if type(text) == 'string' then
    thing = take(name)
    if not thing or thing.stored ~= text then
      thing = cmsgpack.unpack(text)
      thing.stored = text
    end
  else
    thing = from_hash(name)
  end
  if thing then
    thing.id, thing.key = id, name
    READ[#READ + 1] = thing
  end
  return thing
end

-- Call once all changes are written: keeps what the call has read in the cache, except ended chats.
function S.keep_read()
  for _, thing in ipairs(READ) do
    if thing.stored and thing.place ~= 'ended' then
      thing.fresh, thing.slots, thing.formerly = nil, nil, nil
      if COUNT == HALF then
        RECENT, EARLIER, COUNT = {}, RECENT, 0
      end
      RECENT[thing.key], COUNT = thing, COUNT + 1
    end
  end
end

-- Packs it without the call's own fields; a loop over INNER would cost as much as packing.
local function packed(thing)
  local id, name, fresh, slots, formerly = thing.id, thing.key, thing.fresh, thing.slots, thing.formerly
  thing.id, thing.key, thing.stored, thing.fresh, thing.slots, thing.formerly = nil, nil, nil, nil, nil, nil
  local text = cmsgpack.pack(thing)
  thing.id, thing.key, thing.stored, thing.fresh, thing.slots, thing.formerly = id, name, text, fresh, slots, formerly
  return text
end

-- Returns the chat's profile as JSON.
function S.profile(c) return c.profile or redis.call('GET', key('profile', c.id)) or '' end

-- Writes all of it.
function S.write(thing)
  if thing.profile then
    redis.call('SET', key('profile', thing.id), thing.profile)
    thing.profile = nil
  end
  redis.call('SET', thing.key, packed(thing))
end

-- Returns a chat or member for reading only, or nil. Does not cache it, since many may be read.
function S.peek(kind, id)
  local known = (kind == 'chat' and CHATS or AGENTS)[id]
  if known == nil then
    known = unpacked(key(kind, id))
    if known then known.id = id end
  end
  return known or nil
end

-- Returns a chat's or member's fields as a flat list, with a chat's profile.
function S.fields(thing)
  local flat = thing.place and { 'profile', S.profile(thing) } or {}
  for field, value in pairs(thing) do
    if not INNER[field] then
      flat[#flat + 1] = field
      flat[#flat + 1] = value
    end
  end
  return flat
end
