-- The feed as a whole: how far SQL has it, and the epoch of its history.

-- archived(id, n): SQL has everything up to here; the feed keeps what is younger than 5 minutes.
verb('archived', function(id, n)
  redis.call('HSET', P .. 'head', 'archived', n)
  -- Readers that were gone for a moment find the last minutes here and need no snapshot.
  local upto = math.min(num(string.match(id, '^(%d+)-')), NOW - 300000)
  redis.call('XTRIM', P .. 'feed', 'MINID', '~', int(math.max(upto, 0)))
  return S.reply()
end, { 'allow-oom' })

-- begin(believed, fresh): returns the epoch. Sets one if there is none, and replaces it if it is still `believed`.
redis.register_function({
  function_name = 'begin_@VERSION@',
  callback = function(keys, args)
    local now = redis.call('HGET', keys[1], 'epoch')
    -- Several processes may ask for a new epoch at once. Only the first one's `believed` still matches.
    if not now or now == args[1] then
      now = args[2]
      redis.call('HSET', keys[1], 'epoch', now)
    end
    return { now, redis.call('HGET', keys[1], 'n') or '0' }
  end,
  flags = { 'allow-oom' },
})
