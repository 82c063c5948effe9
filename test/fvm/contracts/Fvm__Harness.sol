// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccountActor } from "../../../contracts/fvm/AccountActor.sol";
import { ActorCall } from "../../../contracts/fvm/ActorCall.sol";
import { ActorId } from "../../../contracts/fvm/ActorId.sol";
import { CborReader } from "../../../contracts/fvm/CborReader.sol";
import { CborWriter } from "../../../contracts/fvm/CborWriter.sol";
import { FilSend } from "../../../contracts/fvm/FilSend.sol";
import { MinerActor } from "../../../contracts/fvm/MinerActor.sol";
import { PowerActor } from "../../../contracts/fvm/PowerActor.sol";
import { VestingTable } from "../../../contracts/fvm/VestingTable.sol";

/// @notice Every function of contracts/fvm, callable from a test.
contract Fvm__Harness {
    receive() external payable {}

    function read(uint64 actor, uint64 method, bytes memory params) external view returns (bytes memory) {
        return ActorCall.read(actor, method, params);
    }

    function writeActor(uint64 actor, uint64 method, bytes memory params) external returns (bytes memory) {
        return ActorCall.write(actor, method, params);
    }

    function resolve(address account) external view returns (bool, uint64) {
        return ActorId.resolve(account);
    }

    function toAddress(uint64 id) external pure returns (address) {
        return ActorId.toAddress(id);
    }

    function isMasked(address account) external pure returns (bool) {
        return ActorId.isMasked(account);
    }

    function fromMasked(address account) external pure returns (uint64) {
        return ActorId.fromMasked(account);
    }

    function delegatedAddress(uint64 id) external view returns (bool, address) {
        return ActorId.delegatedAddress(id);
    }

    function balanceOf(uint64 id) external view returns (uint256) {
        return ActorId.balanceOf(id);
    }

    function send(address to, uint256 amount) external {
        FilSend.send(to, amount);
    }

    function sendToActor(uint64 id, uint256 amount) external {
        FilSend.sendToActor(id, amount);
    }

    function getOwner(uint64 miner) external view returns (uint64) {
        return MinerActor.getOwner(miner);
    }

    function getOwnerAndPending(uint64 miner) external view returns (uint64, bool, uint64) {
        return MinerActor.getOwnerAndPending(miner);
    }

    function getBeneficiary(uint64 miner) external view returns (MinerActor.Beneficiary memory) {
        return MinerActor.getBeneficiary(miner);
    }

    function getAvailableBalance(uint64 miner) external view returns (int256) {
        return MinerActor.getAvailableBalance(miner);
    }

    function initialPledge(uint64 miner) external view returns (uint256) {
        return MinerActor.initialPledge(miner);
    }

    function maxTerminationFee(uint64 miner, uint256 power, uint256 pledge) external view returns (uint256) {
        return MinerActor.maxTerminationFee(miner, power, pledge);
    }

    function getNominalSectorExpiration(uint64 miner, uint64 sector) external view returns (int64) {
        return MinerActor.getNominalSectorExpiration(miner, sector);
    }

    function tryGetNominalSectorExpiration(uint64 miner, uint64 sector) external view returns (int256, int64) {
        return MinerActor.tryGetNominalSectorExpiration(miner, sector);
    }

    function validateSectorStatus(
        uint64 miner,
        uint64 sector,
        MinerActor.SectorStatus status,
        bytes memory aux
    ) external view returns (bool) {
        return MinerActor.validateSectorStatus(miner, sector, status, aux);
    }

    function tryValidateSectorStatus(
        uint64 miner,
        uint64 sector,
        MinerActor.SectorStatus status,
        bytes memory aux
    ) external view returns (int256, bool) {
        return MinerActor.tryValidateSectorStatus(miner, sector, status, aux);
    }

    function isControllingAddress(uint64 miner, uint64 id) external view returns (bool) {
        return MinerActor.isControllingAddress(miner, id);
    }

    function changeBeneficiary(uint64 miner, uint64 nominee, uint256 quota, int64 expiration) external {
        MinerActor.changeBeneficiary(miner, nominee, quota, expiration);
    }

    function withdrawBalance(uint64 miner, uint256 amount) external returns (uint256) {
        return MinerActor.withdrawBalance(miner, amount);
    }

    function tryWithdrawBalance(uint64 miner, uint256 amount) external returns (int256, uint256) {
        return MinerActor.tryWithdrawBalance(miner, amount);
    }

    function tryMinerPower(uint64 miner) external view returns (int256, uint256, uint256) {
        return PowerActor.tryMinerPower(miner);
    }

    function minerPower(uint64 miner) external view returns (uint256, uint256) {
        return PowerActor.minerPower(miner);
    }

    function authenticateMessage(uint64 id, bytes memory signature, bytes memory message) external view returns (bool) {
        return AccountActor.authenticateMessage(id, signature, message);
    }

    function readVestingTable(
        uint64 miner,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch
    ) external view returns (VestingTable.Reading memory) {
        return VestingTable.read(miner, pairEpoch, since, nowEpoch);
    }

    function scanVestingTable(
        bytes memory answer,
        uint64 miner,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch
    ) external pure returns (VestingTable.Reading memory) {
        return VestingTable.scan(answer, miner, pairEpoch, since, nowEpoch);
    }

    /// @notice How many of an answer's prefixes, `from` to `to` - 1 bytes long, pass as a vesting table.
    function scanPrefixes(
        bytes memory answer,
        uint64 miner,
        uint64 pairEpoch,
        uint64 since,
        uint64 nowEpoch,
        uint256 from,
        uint256 to
    ) external view returns (uint256 taken) {
        for (uint256 length = from; length < to; ++length) {
            assembly ("memory-safe") {
                mstore(answer, length)
            }
            try this.scanVestingTable(answer, miner, pairEpoch, since, nowEpoch) {
                ++taken;
            } catch {}
        }
    }

    /// @notice Writes one item of each kind, one behind the other.
    function write(
        uint256 count,
        uint64 integer,
        int64 signed,
        uint256 amount,
        uint64 id,
        bytes memory data
    ) external pure returns (bytes memory params) {
        uint256 at;
        (params, at) = CborWriter.open(
            CborWriter.ARRAY_SIZE +
                3 * CborWriter.INTEGER_SIZE +
                CborWriter.AMOUNT_SIZE +
                CborWriter.ADDRESS_SIZE +
                data.length
        );
        at = CborWriter.array(at, count);
        at = CborWriter.integer(at, integer);
        at = CborWriter.signed(at, signed);
        at = CborWriter.amount(at, amount);
        at = CborWriter.idAddress(at, id);
        at = CborWriter.byteString(at, data);
        CborWriter.close(params, at);
    }

    /// @notice Reads items of the kinds that `shape` names, in order: a digit is an array of so many items, `*` one of any
    /// size, `i` an integer, `s` a signed one, `b` a boolean, `n` a null or nothing, `a` an amount, `m` an amount of either
    /// sign, `d` the address of an actor.
    function decode(bytes memory answer, bytes memory shape) external pure returns (int256[] memory values) {
        CborReader.Cursor memory cursor = CborReader.open(answer, 1, 2);
        values = new int256[](shape.length);
        for (uint256 i = 0; i < shape.length; ++i) {
            bytes1 kind = shape[i];
            if (kind >= "0" && kind <= "9") CborReader.array(cursor, uint8(kind) - 0x30);
            else if (kind == "*") values[i] = int256(CborReader.arrayOfAny(cursor));
            else if (kind == "i") values[i] = int256(CborReader.integer(cursor));
            else if (kind == "s") values[i] = CborReader.signed(cursor);
            else if (kind == "b") values[i] = CborReader.boolean(cursor) ? int256(1) : int256(0);
            else if (kind == "n") values[i] = CborReader.isNull(cursor) ? int256(1) : int256(0);
            else if (kind == "a") values[i] = int256(CborReader.amount(cursor));
            else if (kind == "m") values[i] = CborReader.signedAmount(cursor);
            else if (kind == "d") values[i] = int256(uint256(CborReader.idAddress(cursor)));
        }
        CborReader.close(cursor);
    }
}
