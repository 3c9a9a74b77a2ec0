--[[
Admits purchases of one product, in the order in which they are given: each gets a reservation with a due time and the
next sequence number, or is refused. One that was admitted before has its due time postponed, so that the caller has a whole lifetime
to write it. All checks of a purchase come before its first write, since scripts do not roll back.

KEYS[1]  gate
KEYS[2]  stock     of the epoch in ARGV[1], as are the others
KEYS[3]  due
KEYS[4]  records
KEYS[5]  holding
KEYS[6]  refused, in even periods
KEYS[7]  refused, in odd periods
KEYS[8]  since when refusals are remembered, where they may have been lost
ARGV[1]  the epoch that the caller takes to be the current one
ARGV[2]  how long a reservation may stay unsettled, in milliseconds
ARGV[3]  when the sale opens, in milliseconds since 1970
ARGV[4]  when it closes; 0: never, -1: the product was withdrawn
ARGV[5]  the most units one user may hold; 0: no limit
ARGV[6]  1; or 0 where a test leaves the stock guard out
ARGV[7]  id of the MySQL server that what is admitted will be written to
ARGV[8]  1; or 0: none is admitted that was not admitted before
then for each purchase: order id, user id, quantity, deadline and begin of the attempt in milliseconds since 1970

Returns { now in milliseconds, state, ... }, or the error UNREADABLE; state is
  0  the gate is shut, or of another server, or the numbers are of another MySQL server, or holdings are needed and not counted: not
     ready
  1  the gate is at another epoch, which follows
  2  ready; follow for each purchase two numbers, a code and its detail:
       1  reserved; sequence number
       2  reserved before and not settled yet; sequence number
       3  settled before
       4  reserved before for another quantity
       5  its deadline has passed
       6  the sale is not open yet
       7  the sale is closed
       8  over the limit; units already held
       9  not enough left; units that are left
      10  a later attempt under the same key was refused for good, so this one must not buy
      11  not admitted before, and none is admitted now
]]
-- @include "include/current-epoch.lua"
-- @include "include/record.lua"
-- @include "include/refusals.lua"

local lifetime, opens_at, closes_at, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local is_guarded, admits = ARGV[6] == '1', ARGV[8] == '1'
local stock = redis.call('HMGET', KEYS[2], 'total', 'sold', 'reserved', 'seq', 'limited', 'source')
local total, sold, reserved, seq = tonumber(stock[1]), tonumber(stock[2]), tonumber(stock[3]), tonumber(stock[4])
local counts_holdings = stock[5] == '1'
if stock[6] ~= ARGV[7] then return { now, 0 } end
if not (total and sold and reserved and seq) or (limit > 0 and not counts_holdings) then return { now, 0 } end

local remembers_refusals = redis.call('EXISTS', KEYS[6], KEYS[7], KEYS[8]) > 0
local function is_superseded(order_id, begun_at)
  return remembers_refusals and begun_at <= latest_refusal(now, KEYS[6], KEYS[7], KEYS[8], order_id)
end

local reserved_before = reserved
local replies = { now, 2 }
local function reply(code, detail)
  replies[#replies + 1] = code
  replies[#replies + 1] = detail or 0
end

for i = 9, #ARGV, 5 do
  local order_id, user_id, quantity, deadline = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local begun_at = tonumber(ARGV[i + 4])
  local record = redis.call('HGET', KEYS[4], order_id)
  local held = limit > 0 and tonumber(redis.call('HGET', KEYS[5], user_id) or 0) or 0

  if now > deadline then
    reply(5)
  elseif record == SETTLED then
    reply(3)
  elseif record then
    local known_quantity, known_seq = read_reservation(record)
    if not known_quantity then return redis.error_reply('UNREADABLE record of a purchase') end
    if tonumber(known_quantity) == quantity then
      redis.call('ZADD', KEYS[3], 'XX', 'GT', now + lifetime, order_id)
      reply(2, tonumber(known_seq))
    else
      reply(4, tonumber(known_seq))
    end
  elseif not admits then
    reply(11)
  elseif now < opens_at then
    reply(6)
  elseif closes_at ~= 0 and now >= closes_at then
    reply(7)
  elseif limit > 0 and held + quantity > limit then
    reply(8, held)
  elseif is_guarded and total - sold - reserved < quantity then
    reply(9, total - sold - reserved)
  elseif is_superseded(order_id, begun_at) then
    reply(10)
  else
    seq = seq + 1
    reserved = reserved + quantity
    redis.call('HSET', KEYS[4], order_id, reservation_record(quantity, seq, user_id))
    redis.call('ZADD', KEYS[3], now + lifetime, order_id)
    if counts_holdings then redis.call('HINCRBY', KEYS[5], user_id, quantity) end
    reply(1, seq)
  end
end

if reserved ~= reserved_before then redis.call('HSET', KEYS[2], 'reserved', reserved, 'seq', seq) end
return replies
