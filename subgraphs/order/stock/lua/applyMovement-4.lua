--[[
Brings a restock or a give-back, which MySQL has already, into the numbers: once, and only where no rebuild has.

KEYS[1]  gate
KEYS[2]  stock     of the movement's epoch, as are the others
KEYS[3]  holding
KEYS[4]  applied
ARGV[1]  the epoch that the movement was stamped with, under the lock of MySQL's stock row
ARGV[2]  the movement's id
ARGV[3]  change of the total
ARGV[4]  change of the units sold
ARGV[5]  the user whose holding changes like the units sold; empty: no user's
ARGV[6]  for how long the movement's id is remembered, in milliseconds
ARGV[7]  id of the MySQL server that has the movement

Returns
  1  applied now
  2  applied before
  3  the gate is at a later epoch, whose rebuild has counted the movement
  0  not ready, of another MySQL server, or at an earlier epoch: try again later
]]
-- @include "include/clock.lua"
-- @include "include/gate.lua"
local gate_epoch, gate_server_id = read_gate(KEYS[1])
local epoch = tonumber(ARGV[1])
if gate_server_id ~= server_id or tonumber(gate_epoch) < epoch then return 0 end
if tonumber(gate_epoch) > epoch then return 3 end
if redis.call('HGET', KEYS[2], 'source') ~= ARGV[7] then return 0 end
if redis.call('ZSCORE', KEYS[4], ARGV[2]) then return 2 end

redis.call('ZADD', KEYS[4], now + tonumber(ARGV[6]), ARGV[2])
redis.call('HINCRBY', KEYS[2], 'total', ARGV[3])
redis.call('HINCRBY', KEYS[2], 'sold', ARGV[4])
if ARGV[5] ~= '' and redis.call('HGET', KEYS[2], 'limited') == '1' then
  redis.call('HINCRBY', KEYS[3], ARGV[5], ARGV[4])
end
return 1
