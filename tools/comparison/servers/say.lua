-- One message of a room, for all contestants but Sestetto: dedupe, sequence, log and feed in one call.
-- KEYS: the room's numbers (n; cid -> number), its log, the feed of all rooms. ARGV: cid, the room, the message.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return tonumber(known) end
local seq = redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HSET', KEYS[1], ARGV[1], seq)
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', '10000', '*', 'room', ARGV[2], 'seq', seq, 'fact', ARGV[3])
return seq
