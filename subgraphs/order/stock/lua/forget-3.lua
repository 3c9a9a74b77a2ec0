--[[
Forgets what has been settled for long enough, so that a product on sale for years does not fill the memory. MySQL remembers.

KEYS[1]  records   of the current epoch, as are the others
KEYS[2]  settled
KEYS[3]  applied
ARGV[1]  how many at the most

Returns how many were forgotten.
]]
-- @include "include/clock.lua"

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local order_ids = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])
if #order_ids == 0 then return 0 end
redis.call('HDEL', KEYS[1], unpack(order_ids))
redis.call('ZREM', KEYS[2], unpack(order_ids))
return #order_ids
