-- The gate check: goes on only where the gate in KEYS[1] is of this server and at the epoch in ARGV[1]. Else the script returns
-- { now, 0 }, not ready, or { now, 1, epoch }, at another epoch.
-- @include "clock.lua"
-- @include "gate.lua"

local gate_epoch, gate_server_id = read_gate(KEYS[1])
if gate_server_id ~= server_id then return { now, 0 } end
if gate_epoch ~= ARGV[1] then return { now, 1, tonumber(gate_epoch) } end
