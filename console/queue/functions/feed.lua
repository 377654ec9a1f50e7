-- The feed as a whole: how far SQL has it, and the epoch of its history.

-- archived(id, n): SQL has everything up to this entry; the feed keeps entries younger than 5 minutes.
verb('archived', function(id, n)
  redis.call('HSET', P .. 'head', 'archived', n)
  -- A reader that was away for a moment finds the last minutes here and needs no snapshot.
  local upto = math.min(num(string.match(id, '^(%d+)-')), NOW - 300000)
  redis.call('XTRIM', P .. 'feed', 'MINID', '~', int(math.max(upto, 0)))
  return S.reply()
end, { 'allow-oom' })

-- begin(believed, fresh, own, seen, primary, promoted, fills): returns the epoch, the feed's last number, and why the
-- epoch turned; if it did not turn, an empty text, or `unfilled` if the store has yet to be filled. The epoch turns if
-- there is none, if it is still `believed`, if it is the caller's `own` and has fewer facts than the caller has `seen`,
-- or if another server has been `promoted` since the last call. `primary` is the server's replication id; empty if the
-- caller does not know it. With `fills`, an empty store serves nobody until it is filled from SQL.
redis.register_function({
  function_name = 'begin_@VERSION@',
  callback = function(keys, args)
    local believed, fresh, own, seen, primary, promoted, fills = unpack(args)
    local head = redis.call('HMGET', keys[1], 'epoch', 'n', 'primary', 'unfilled')
    local now, n, why = head[1], num(head[2]), ''
    -- Several processes may ask for a new epoch at once. Only the first one's `believed` still matches, and only the
    -- first one finds the former primary's id.
    if not now then
      why = 'empty'
    elseif promoted == '1' and head[3] and head[3] ~= primary then
      -- The former primary's last facts may be missing here, undetected: the processes that saw them may be gone as
      -- well.
      why = 'promoted'
    elseif now == own and n < num(seen) then
      why = 'behind'
    elseif now == believed then
      why = 'believed'
    end
    if why ~= '' then
      now = fresh
      redis.call('HSET', keys[1], 'epoch', now)
      if why == 'empty' and fills == '1' then redis.call('HSET', keys[1], 'unfilled', '1') end
    end
    if why == '' and head[4] then why = 'unfilled' end
    if primary ~= '' and head[3] ~= primary then redis.call('HSET', keys[1], 'primary', primary) end
    return { now, int(n), why }
  end,
  flags = { 'allow-oom' },
})
