// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { MinerTypes } from "@zondax/filecoin-solidity/contracts/v0.8/types/MinerTypes.sol";

import { ActorCall } from "./ActorCall.sol";
import { CborReader } from "./CborReader.sol";
import { CborWriter } from "./CborWriter.sol";
import { ActorError, BadAnswer } from "./Errors.sol";

/// @title What a contract may ask a miner actor, and tell it
/// @notice Nothing here proves that an id is a miner: any contract can answer like one. That is `PowerActor`'s part.
library MinerActor {
    using CborReader for CborReader.Cursor;

    /// @notice Who gets what the miner pays out, and what the owner proposes instead.
    struct Beneficiary {
        uint64 id;
        /// @dev attoFIL; 0 when the beneficiary is the owner.
        uint256 quota;
        /// @dev The part of the quota that was withdrawn, attoFIL.
        uint256 usedQuota;
        /// @dev The first epoch at which the term has lapsed.
        int64 expiration;
        /// @dev Whether there is a proposal; the rest is 0 and false without one.
        bool pending;
        uint64 pendingId;
        /// @dev attoFIL.
        uint256 pendingQuota;
        int64 pendingExpiration;
        bool approvedByBeneficiary;
        bool approvedByNominee;
    }

    /// @notice The state of a sector, numbered as the miner actor does.
    enum SectorStatus {
        Dead,
        Active,
        Faulty
    }

    uint64 private constant GET_OWNER = uint64(MinerTypes.GetOwnerMethodNum);
    uint64 private constant GET_BENEFICIARY = uint64(MinerTypes.GetBeneficiaryMethodNum);
    uint64 private constant GET_AVAILABLE_BALANCE = uint64(MinerTypes.GetAvailableBalanceMethodNum);
    uint64 private constant IS_CONTROLLING_ADDRESS = uint64(MinerTypes.IsControllingAddressMethodNum);
    uint64 private constant CHANGE_BENEFICIARY = uint64(MinerTypes.ChangeBeneficiaryMethodNum);
    uint64 private constant WITHDRAW_BALANCE = uint64(MinerTypes.WithdrawBalanceMethodNum);
    uint64 private constant INITIAL_PLEDGE = 3180523767;
    uint64 private constant MAX_TERMINATION_FEE = 4127382196;
    uint64 private constant VALIDATE_SECTOR_STATUS = 3092458564;
    uint64 internal constant GET_NOMINAL_SECTOR_EXPIRATION = 3010055991;

    function getOwner(uint64 miner) internal view returns (uint64 owner) {
        (owner, , ) = getOwnerAndPending(miner);
    }

    /// @notice The owner, and who it proposed to be the next one.
    function getOwnerAndPending(
        uint64 miner
    ) internal view returns (uint64 owner, bool hasPending, uint64 pendingOwner) {
        CborReader.Cursor memory cursor = _ask(miner, GET_OWNER, "");
        cursor.array(2);
        owner = cursor.idAddress();
        hasPending = !cursor.isNull();
        if (hasPending) pendingOwner = cursor.idAddress();
        cursor.close();
    }

    function getBeneficiary(uint64 miner) internal view returns (Beneficiary memory beneficiary) {
        CborReader.Cursor memory cursor = _ask(miner, GET_BENEFICIARY, "");
        cursor.array(2);
        cursor.array(2);
        beneficiary.id = cursor.idAddress();
        cursor.array(3);
        beneficiary.quota = cursor.amount();
        beneficiary.usedQuota = cursor.amount();
        beneficiary.expiration = cursor.signed();
        beneficiary.pending = !cursor.isNull();
        if (beneficiary.pending) {
            cursor.array(5);
            beneficiary.pendingId = cursor.idAddress();
            beneficiary.pendingQuota = cursor.amount();
            beneficiary.pendingExpiration = cursor.signed();
            beneficiary.approvedByBeneficiary = cursor.boolean();
            beneficiary.approvedByNominee = cursor.boolean();
        }
        cursor.close();
    }

    /// @notice What the miner could pay out, attoFIL: negative while its fee debt exceeds that. Vested funds count only
    /// once something unlocked them.
    function getAvailableBalance(uint64 miner) internal view returns (int256 available) {
        CborReader.Cursor memory cursor = _ask(miner, GET_AVAILABLE_BALANCE, "");
        available = cursor.signedAmount();
        cursor.close();
    }

    /// @notice The pledge that all sectors of the miner lock, attoFIL.
    function initialPledge(uint64 miner) internal view returns (uint256 pledge) {
        CborReader.Cursor memory cursor = _ask(miner, INITIAL_PLEDGE, "");
        pledge = cursor.amount();
        cursor.close();
    }

    /// @notice The most that it costs to terminate sectors of this QAP (bytes) and pledge (attoFIL), attoFIL.
    function maxTerminationFee(uint64 miner, uint256 power, uint256 pledge) internal view returns (uint256 fee) {
        (bytes memory params, uint256 at) = CborWriter.open(CborWriter.ARRAY_SIZE + 2 * CborWriter.AMOUNT_SIZE);
        at = CborWriter.array(at, 2);
        at = CborWriter.amount(at, power);
        at = CborWriter.amount(at, pledge);
        CborWriter.close(params, at);
        CborReader.Cursor memory cursor = _ask(miner, MAX_TERMINATION_FEE, params);
        fee = cursor.amount();
        cursor.close();
    }

    /// @notice The epoch up to which a sector is committed; it still answers for a terminated one until the miner's
    /// partitions are compacted.
    function getNominalSectorExpiration(uint64 miner, uint64 sector) internal view returns (int64 expiration) {
        int256 exitCode;
        (exitCode, expiration) = tryGetNominalSectorExpiration(miner, sector);
        if (exitCode != 0) revert ActorError(miner, GET_NOMINAL_SECTOR_EXPIRATION, exitCode);
    }

    /// @notice Like `getNominalSectorExpiration`.
    /// @return exitCode 17 when there is no such sector
    function tryGetNominalSectorExpiration(
        uint64 miner,
        uint64 sector
    ) internal view returns (int256 exitCode, int64 expiration) {
        (bytes memory params, uint256 at) = CborWriter.open(CborWriter.INTEGER_SIZE);
        CborWriter.close(params, CborWriter.integer(at, sector));
        bytes memory answer;
        (exitCode, answer) = ActorCall.tryRead(miner, GET_NOMINAL_SECTOR_EXPIRATION, params);
        if (exitCode != 0) return (exitCode, 0);
        CborReader.Cursor memory cursor = CborReader.open(answer, miner, GET_NOMINAL_SECTOR_EXPIRATION);
        expiration = cursor.signed();
        cursor.close();
    }

    /// @notice Whether a sector has the given status.
    /// @param aux where the sector is: CBOR of [deadline, partition], [-1, -1] for one that is in none
    function validateSectorStatus(
        uint64 miner,
        uint64 sector,
        SectorStatus status,
        bytes memory aux
    ) internal view returns (bool valid) {
        int256 exitCode;
        (exitCode, valid) = tryValidateSectorStatus(miner, sector, status, aux);
        if (exitCode != 0) revert ActorError(miner, VALIDATE_SECTOR_STATUS, exitCode);
    }

    /// @notice Like `validateSectorStatus`.
    /// @return exitCode 17 when the sector is not where `aux` says, 16 when `aux` is no place
    function tryValidateSectorStatus(
        uint64 miner,
        uint64 sector,
        SectorStatus status,
        bytes memory aux
    ) internal view returns (int256 exitCode, bool valid) {
        (bytes memory params, uint256 at) = CborWriter.open(
            CborWriter.ARRAY_SIZE + 3 * CborWriter.INTEGER_SIZE + aux.length
        );
        at = CborWriter.array(at, 3);
        at = CborWriter.integer(at, sector);
        at = CborWriter.integer(at, uint64(status));
        at = CborWriter.byteString(at, aux);
        CborWriter.close(params, at);
        bytes memory answer;
        (exitCode, answer) = ActorCall.tryRead(miner, VALIDATE_SECTOR_STATUS, params);
        if (exitCode != 0) return (exitCode, false);
        CborReader.Cursor memory cursor = CborReader.open(answer, miner, VALIDATE_SECTOR_STATUS);
        valid = cursor.boolean();
        cursor.close();
    }

    /// @notice Whether an actor is the owner, the worker or a control address of the miner.
    function isControllingAddress(uint64 miner, uint64 id) internal view returns (bool controlling) {
        (bytes memory params, uint256 at) = CborWriter.open(CborWriter.ADDRESS_SIZE);
        CborWriter.close(params, CborWriter.idAddress(at, id));
        CborReader.Cursor memory cursor = _ask(miner, IS_CONTROLLING_ADDRESS, params);
        controlling = cursor.boolean();
        cursor.close();
    }

    /// @notice Approves the owner's proposal, whose terms must be repeated exactly (or proposes, if the caller owns the
    /// miner).
    function changeBeneficiary(uint64 miner, uint64 nominee, uint256 quota, int64 expiration) internal {
        (bytes memory params, uint256 at) = CborWriter.open(
            CborWriter.ARRAY_SIZE + CborWriter.ADDRESS_SIZE + CborWriter.AMOUNT_SIZE + CborWriter.INTEGER_SIZE
        );
        at = CborWriter.array(at, 3);
        at = CborWriter.idAddress(at, nominee);
        at = CborWriter.amount(at, quota);
        at = CborWriter.signed(at, expiration);
        CborWriter.close(params, at);
        bytes memory answer = ActorCall.write(miner, CHANGE_BENEFICIARY, params);
        if (answer.length != 0) revert BadAnswer(miner, CHANGE_BENEFICIARY);
    }

    /// @notice Makes the miner pay its beneficiary what is available, at most `amount` and the rest of the quota.
    /// @return withdrawn what was paid, attoFIL
    function withdrawBalance(uint64 miner, uint256 amount) internal returns (uint256 withdrawn) {
        int256 exitCode;
        (exitCode, withdrawn) = tryWithdrawBalance(miner, amount);
        if (exitCode != 0) revert ActorError(miner, WITHDRAW_BALANCE, exitCode);
    }

    /// @notice Like `withdrawBalance`.
    /// @return exitCode 18 when terminations are pending, the term has lapsed or the caller may not; 19 when fee debt
    /// cannot be paid
    /// @return withdrawn what was paid, attoFIL
    function tryWithdrawBalance(uint64 miner, uint256 amount) internal returns (int256 exitCode, uint256 withdrawn) {
        bytes memory answer;
        (exitCode, answer) = _withdraw(miner, amount);
        if (exitCode != 0) return (exitCode, 0);
        CborReader.Cursor memory cursor = CborReader.open(answer, miner, WITHDRAW_BALANCE);
        withdrawn = cursor.amount();
        cursor.close();
    }

    /// @notice Like `tryWithdrawBalance`, for a caller that looks at its balance instead: whatever form the answer takes,
    /// the money has arrived.
    function requestWithdrawal(uint64 miner, uint256 amount) internal returns (int256 exitCode) {
        (exitCode, ) = _withdraw(miner, amount);
    }

    function _withdraw(uint64 miner, uint256 amount) private returns (int256 exitCode, bytes memory answer) {
        (bytes memory params, uint256 at) = CborWriter.open(CborWriter.ARRAY_SIZE + CborWriter.AMOUNT_SIZE);
        at = CborWriter.array(at, 1);
        at = CborWriter.amount(at, amount);
        CborWriter.close(params, at);
        return ActorCall.tryWrite(miner, WITHDRAW_BALANCE, params);
    }

    function _ask(
        uint64 miner,
        uint64 method,
        bytes memory params
    ) private view returns (CborReader.Cursor memory cursor) {
        return CborReader.open(ActorCall.read(miner, method, params), miner, method);
    }
}
