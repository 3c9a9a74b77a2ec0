--[[
Stores one more verification code of an e-mail address. Earlier codes are unchanged.

KEYS[1]  the address's verification: a hash from `code:<keyed hash>` to `<network> <expiry> <wrong by network> <wrong by others>`,
         and `claim` to `<claim> <expiry>`
ARGV[1]  keyed hash of the code
ARGV[2]  keyed hash of the network that requested it
ARGV[3]  how long the code works, in milliseconds
ARGV[4]  how many codes are kept; of more, the oldest is removed

Returns how many codes are kept.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count, oldest, oldestExpiry = 0, nil, nil
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if string.sub(entries[i], 1, 5) == 'code:' then
    local expiry = tonumber(string.match(entries[i + 1], '^%S+ (%d+)'))
    if expiry <= now then
      redis.call('HDEL', KEYS[1], entries[i])
    else
      count = count + 1
      if oldestExpiry == nil or expiry < oldestExpiry then
        oldest, oldestExpiry = entries[i], expiry
      end
    end
  end
end
if count >= tonumber(ARGV[4]) then
  redis.call('HDEL', KEYS[1], oldest)
  count = count - 1
end
redis.call('HSET', KEYS[1], 'code:' .. ARGV[1], string.format('%s %.0f 0 0', ARGV[2], now + tonumber(ARGV[3])))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return count + 1
