--[[
Forgets what has been settled for long enough, so that a product on sale for years does not fill the memory. From then on a
refusal is given only after a look in MySQL, for the key may be one of those.

KEYS[1]  stock     of the current epoch, as are the others
KEYS[2]  records
KEYS[3]  settled
KEYS[4]  applied
ARGV[1]  how many at the most

Returns how many were forgotten.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
local order_ids = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, ARGV[1])
if #order_ids == 0 or redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'forgotten', 1)
redis.call('HDEL', KEYS[2], unpack(order_ids))
redis.call('ZREM', KEYS[3], unpack(order_ids))
return #order_ids
