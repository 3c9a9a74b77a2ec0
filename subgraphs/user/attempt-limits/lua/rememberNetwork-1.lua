--[[
Records that an account has signed in from a network, and resets the failures that were counted for the pair. Beyond the limit of
networks, the one with the oldest last sign-in is removed.

KEYS[1]  the known networks of an account: a hash from network to `<last sign-in> <failures> <end of their window>`
ARGV[1]  keyed hash of the network
ARGV[2]  how long a network is known after its last sign-in, in milliseconds
ARGV[3]  how many networks are known

Returns how many networks are known.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f 0 0', now))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local count, oldest, oldestAt = 0, nil, nil
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local at = tonumber(string.match(entries[i + 1], '^%d+'))
  if at + tonumber(ARGV[2]) <= now then
    redis.call('HDEL', KEYS[1], entries[i])
  else
    count = count + 1
    if entries[i] ~= ARGV[1] and (oldestAt == nil or at < oldestAt) then
      oldest, oldestAt = entries[i], at
    end
  end
end
if count > tonumber(ARGV[3]) and oldest then
  redis.call('HDEL', KEYS[1], oldest)
  count = count - 1
end
return count
