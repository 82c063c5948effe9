// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Kind } from "../../test/filecoin/contracts/Actors.sol";
import {
    Beneficiary,
    BeneficiaryChange,
    Claim,
    Miner,
    SectorRange,
    SectorState
} from "../../test/filecoin/contracts/Miners.sol";
import { FilecoinSimulator } from "../../test/filecoin/contracts/FilecoinSimulator.sol";
import { Vesting, VestingFunds } from "../../test/filecoin/contracts/VestingFunds.sol";

/// @title The simulated Filecoin with what a node shows of its state besides
/// @notice Adds views, two levers and no storage, so it can take the place of the simulator at any time. Views answer for any past
/// block that they are called at.
contract FilecoinExplorer is FilecoinSimulator {
    using Vesting for VestingFunds;

    /// @notice What a node tells of a miner.
    struct MinerView {
        uint64 owner;
        bool ownerChanging;
        uint64 pendingOwner;
        uint64 worker;
        uint64[] controls;
        uint64 sectorSize;
        uint64 provingPeriodStart;
        Beneficiary beneficiary;
        BeneficiaryChange change;
        /// @dev attoFIL, with what has vested but was not unlocked yet.
        int256 available;
    }

    /// @notice One sector that is in a partition.
    struct SectorView {
        uint64 number;
        bool active;
        bool faulty;
        uint64 deadline;
        uint64 partition;
        int64 activation;
        int64 expiration;
        uint256 raw;
        uint256 qa;
        uint256 pledge;
    }

    /// @notice Pays equal rewards of the epochs `first`, `first + every`, ... to each of some miners.
    function awardEach(
        uint64[] calldata ids,
        uint256[] calldata rewards,
        uint64 first,
        uint64 every,
        uint64 count
    ) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            if (miners[ids[i]].feeDebt == 0)
                this.awardMany(ids[i], first, every, count, rewards[i]);
                // each reward repays some of the debt
            else for (uint64 n = 0; n < count; ++n) awardBlockReward(ids[i], rewards[i], 0, first + n * every);
        }
    }

    /// @notice What kind of sectors a miner has, bytes.
    function setSectorSize(uint64 id, uint64 size) external {
        miners[id].sectorSize = size;
    }

    /// @notice A miner; reverts for any other actor.
    function minerView(uint64 id) external view returns (MinerView memory v) {
        require(claims[id].exists, "no such miner");
        Miner storage m = miners[id];
        (v.owner, v.ownerChanging, v.pendingOwner) = (m.owner, m.ownerChanging, m.pendingOwner);
        (v.worker, v.controls) = (m.worker, m.controls);
        (v.sectorSize, v.provingPeriodStart) = (m.sectorSize, m.provingPeriodStart);
        (v.beneficiary, v.change) = (m.beneficiary, m.change);
        uint256 unlockable = m.vesting.vestedBefore(uint64(block.number)) - m.vesting.vestedBefore(_vestingCut(m));
        v.available = _available(id, m) + int256(unlockable);
    }

    /// @notice All sectors of a miner that are in a partition, by number within each run that was added.
    function sectorViews(uint64 id) external view returns (SectorView[] memory list) {
        Miner storage m = miners[id];
        uint256 length = 0;
        for (uint256 i = 0; i < m.ranges.length; ++i) length += m.ranges[i].count;
        list = new SectorView[](length);
        uint256 used = 0;
        for (uint256 i = 0; i < m.ranges.length; ++i) {
            SectorRange memory range = m.ranges[i];
            for (uint64 n = range.first; n < range.first + range.count; ++n) {
                if (m.compacted[n]) continue;
                SectorState state = m.fate[n]; // Absent: nothing has happened to it
                uint64 moved = m.moved[n];
                list[used++] = SectorView(
                    n,
                    state == SectorState.Active || state == SectorState.Absent,
                    state == SectorState.Faulty,
                    range.deadline,
                    moved == 0 ? range.partition : moved - 1,
                    range.activation,
                    range.expiration,
                    range.raw,
                    range.qa,
                    range.pledge
                );
            }
        }
        // the rest was compacted away
        assembly {
            mstore(list, used)
        }
    }

    /// @notice What an actor is, by the name that nodes give its code (empty: an Ethereum address or nobody), and its own
    /// Ethereum address.
    function actorView(uint64 id) external view returns (string memory name, address evm) {
        Kind kind = actors[id].kind;
        evm = actors[id].evm;
        if (kind == Kind.System) name = "system";
        else if (kind == Kind.Account) name = "account";
        else if (kind == Kind.Miner) name = "storageminer";
        else if (kind == Kind.Power) name = "storagepower";
        else if (kind == Kind.Reward) name = "reward";
        else if (kind == Kind.Multisig) name = "multisig";
    }

    /// @notice Power that a miner is credited with; zeros for anybody else.
    function claimOf(uint64 id) external view returns (Claim memory) {
        return claims[id];
    }

    /// @notice The network's power, bytes.
    function networkPower() external view returns (uint256 raw, uint256 qa) {
        for (uint256 i = 0; i < allMiners.length; ++i) {
            raw += claims[allMiners[i]].raw;
            qa += claims[allMiners[i]].qa;
        }
    }

    /// @notice All miners.
    function minerIds() external view returns (uint64[] memory) {
        return allMiners;
    }

    /// @notice Signers and threshold of a multisig.
    function multisigView(uint64 id) external view returns (uint64[] memory signers, uint64 threshold, uint64 next) {
        return (multisigs[id].signers, multisigs[id].threshold, multisigs[id].nextProposal);
    }
}
