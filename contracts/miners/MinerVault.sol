// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { ActorId } from "../fvm/ActorId.sol";
import { FilSend } from "../fvm/FilSend.sol";
import { MinerActor } from "../fvm/MinerActor.sol";
import { IPowerNFT } from "../power/IPowerNFT.sol";
import { IMinerVault } from "./IMinerVault.sol";
import { VaultAddress } from "./VaultAddress.sol";

/// @title The vault of one miner
/// @notice See IMinerVault. The code that every clone runs; the clone carries the miner's id.
contract MinerVault is IMinerVault {
    /// @inheritdoc IMinerVault
    uint256 public constant REQUIRED_QUOTA = 1e12 ether;
    /// @inheritdoc IMinerVault
    int64 public constant REQUIRED_EXPIRATION = 100_000_000;

    /// @inheritdoc IMinerVault
    address public immutable POWER_NFT;

    /// @dev The implementation itself: a vault of no miner.
    address private immutable IMPLEMENTATION;

    /// @dev One slot: the operator, and the actor id of the owner that named it.
    address private _operator;
    uint64 private _operatorNamedBy;

    /// @param powerNFT The only contract that pulls cash; its address is known before it is deployed.
    constructor(address powerNFT) {
        POWER_NFT = powerNFT;
        IMPLEMENTATION = address(this);
    }

    /// @inheritdoc IMinerVault
    function activate() external returns (bool active) {
        uint64 miner = minerId();
        uint64 self = _selfId();
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(miner);
        if (b.id == self) revert AlreadyBeneficiary(miner);
        if (!b.pending) revert NothingProposed(miner);
        if (b.pendingId != self) revert WrongNominee(b.pendingId, self);
        if (b.pendingQuota < REQUIRED_QUOTA) revert QuotaTooLow(b.pendingQuota, REQUIRED_QUOTA);
        if (b.pendingExpiration < REQUIRED_EXPIRATION) {
            revert ExpirationTooEarly(b.pendingExpiration, REQUIRED_EXPIRATION);
        }
        (uint256 quota, int64 expiration) = (b.pendingQuota, b.pendingExpiration);
        if (!b.approvedByNominee) MinerActor.changeBeneficiary(miner, self, quota, expiration);
        b = MinerActor.getBeneficiary(miner);
        active = b.id == self;
        if (active) emit Activated(miner, quota, expiration);
        else if (b.pending && b.approvedByNominee) emit ApprovedAwaitingBeneficiary(miner, b.id);
        else revert NotBeneficiary(miner, b.id);
    }

    /// @inheritdoc IMinerVault
    function withdrawToOwner(uint256 amount) external {
        uint64 miner = minerId();
        uint64 owner = _checkOwnerOrOperator(miner);
        (, uint256 guaranteed) = _settle(miner);
        uint256 cash = address(this).balance;
        if (cash < amount) {
            int256 exitCode = MinerActor.requestWithdrawal(miner, amount - cash);
            if (exitCode != 0) revert WithdrawalFailed(miner, exitCode);
            cash = address(this).balance;
            if (cash < amount) revert InsufficientAvailable(amount, cash);
        }
        if (guaranteed != 0) _checkCover(miner, amount);
        emit OwnerPaid(miner, owner, amount);
        FilSend.sendToActor(owner, amount);
    }

    /// @inheritdoc IMinerVault
    function release() external {
        uint64 miner = minerId();
        uint64 self = _selfId();
        uint64 owner = MinerActor.getOwner(miner);
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(miner);
        if (b.id != self) revert NotBeneficiary(miner, b.id);
        if (!b.pending) revert NothingProposed(miner);
        if (b.pendingId != owner || b.pendingQuota != 0 || b.pendingExpiration != 0) {
            revert NotAReturnToOwner(b.pendingId, owner);
        }
        (uint256 living, ) = _settle(miner);
        if (living != 0) revert LivingNFTs(miner, living);
        MinerActor.changeBeneficiary(miner, owner, 0, 0);
        b = MinerActor.getBeneficiary(miner);
        if (b.id != owner) revert NotBeneficiary(miner, b.id);
        emit Released(miner, owner);
    }

    /// @inheritdoc IMinerVault
    function setOperator(address newOperator) external {
        uint64 miner = minerId();
        uint64 owner = MinerActor.getOwner(miner);
        if (!_isActor(msg.sender, owner)) revert NotOwner(owner, msg.sender);
        if (ActorId.isMasked(newOperator)) {
            (bool isEthereum, address ethereum) = ActorId.delegatedAddress(ActorId.fromMasked(newOperator));
            if (isEthereum) revert UseEthereumAddress(newOperator, ethereum);
        }
        _operator = newOperator;
        _operatorNamedBy = owner;
        emit OperatorSet(miner, owner, newOperator);
    }

    /// @inheritdoc IMinerVault
    function pull(uint64 miner, uint256 amount) external returns (uint256 paid) {
        if (msg.sender != POWER_NFT) revert NotPowerNFT(msg.sender);
        uint256 cash = address(this).balance;
        if (cash < amount) {
            int256 exitCode = MinerActor.requestWithdrawal(miner, amount - cash);
            if (exitCode != 0) emit WithdrawalRefused(miner, exitCode);
            cash = address(this).balance;
        }
        paid = cash < amount ? cash : amount;
        if (paid != 0) FilSend.send(POWER_NFT, paid);
    }

    /// @inheritdoc IMinerVault
    function minerId() public view returns (uint64) {
        if (address(this) == IMPLEMENTATION) revert NotAClone();
        return VaultAddress.minerIdOf(address(this));
    }

    /// @inheritdoc IMinerVault
    function ownerId() external view returns (uint64) {
        return MinerActor.getOwner(minerId());
    }

    /// @inheritdoc IMinerVault
    function operator() external view returns (address) {
        return _operatorNamedBy == MinerActor.getOwner(minerId()) ? _operator : address(0);
    }

    /// @inheritdoc IMinerVault
    function namedOperator() external view returns (address account, uint64 namedBy) {
        return (_operator, _operatorNamedBy);
    }

    /// @inheritdoc IMinerVault
    function isActive() external view returns (bool) {
        (bool found, uint64 self) = ActorId.resolve(address(this));
        if (!found) return false;
        MinerActor.Beneficiary memory b = MinerActor.getBeneficiary(minerId());
        return b.id == self && b.expiration > int256(block.number) && b.usedQuota < b.quota;
    }

    /// @dev Measures and harvests, and requires that nothing is owed afterwards.
    /// @return living NFTs of the miner that are alive.
    /// @return guaranteed What may still become due by guarantees, attoFIL.
    function _settle(uint64 miner) private returns (uint256 living, uint256 guaranteed) {
        IPowerNFT nft = IPowerNFT(POWER_NFT);
        uint256 owed;
        try nft.settle(miner) returns (uint256 owed_, uint256 living_, uint256 guaranteed_) {
            (owed, living, guaranteed) = (owed_, living_, guaranteed_);
        } catch {
            nft.skip(miner); // refused until long after the sync deadline
            (owed, living, guaranteed) = nft.settle(miner);
        }
        if (owed != 0) revert StillOwed(miner, owed);
    }

    /// @dev Requires that guarantees stay covered once the vault has paid out `amount` of its cash.
    function _checkCover(uint64 miner, uint256 amount) private view {
        IPowerNFT.Cover memory cover = IPowerNFT(POWER_NFT).coverOf(miner);
        int256 left = cover.amount - int256(amount); // the vault holds as much
        if (left < int256(cover.remaining)) revert IPowerNFT.NotCovered(miner, cover.remaining, left);
    }

    function _checkOwnerOrOperator(uint64 miner) private view returns (uint64 owner) {
        owner = MinerActor.getOwner(miner);
        bool isOperator = msg.sender == _operator && _operatorNamedBy == owner;
        if (!isOperator && !_isActor(msg.sender, owner)) revert NotOwnerOrOperator(owner, msg.sender);
    }

    function _isActor(address account, uint64 id) private view returns (bool) {
        (bool found, uint64 actual) = ActorId.resolve(account);
        return found && actual == id;
    }

    function _selfId() private view returns (uint64 self) {
        bool found;
        (found, self) = ActorId.resolve(address(this));
        assert(found); // the contract that runs exists
    }
}
