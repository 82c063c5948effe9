// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { AccountActor } from "../../../contracts/fvm/AccountActor.sol";
import { ActorCall } from "../../../contracts/fvm/ActorCall.sol";
import { ActorId } from "../../../contracts/fvm/ActorId.sol";
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

    function write(uint64 actor, uint64 method, bytes memory params) external returns (bytes memory) {
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
}
