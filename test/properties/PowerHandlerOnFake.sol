// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { PowerHandler } from "./PowerHandler.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";

/// @title The stateful run on the fake chain: quick, and every reward is known exactly
contract PowerHandlerOnFake is PowerHandler {
    Chain__Fake private constant FAKE = Chain__Fake(CHAIN);
    /// @dev From the pair to the last exact sync, epochs: R-INC-2's day and a half of steps and rounding.
    uint256 private constant LEAD = 4_320;

    /// @dev What was true on the chain at the last sync.
    struct Base {
        uint256 bucket;
        /// @dev The last epoch at which a sync measures exactly.
        uint256 deadline;
    }
    mapping(uint64 minerId => Base) private _base;

    constructor(
        PowerNFT nft,
        uint64[] memory minerIds,
        address[] memory holders,
        address[] memory payees
    ) PowerHandler(nft, minerIds, holders, payees) {}

    receive() external payable {}

    function _reward(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint256[4] memory sizes = [uint256(3), 1e9, 1e17, 1e20];
        uint256 steps = bound(seed >> 8, 1, sizes[seed % 4]);
        vm.deal(address(this), steps * 240);
        FAKE.reward{ value: steps * 240 }(minerId, steps);
        return true;
    }

    function _setPower(uint64 minerId, uint256 seed) internal virtual override returns (bool) {
        uint256 draw = seed % 16;
        if (draw == 0) FAKE.setPower(minerId, 0, false);
        else if (draw == 1) FAKE.setPower(minerId, 0, true);
        else FAKE.setPower(minerId, bound(seed >> 8, draw < 4 ? 1 : 1 << 45, 1 << 50), true);
        return true;
    }

    function _free(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint256 most = _vestable(minerId);
        if (seed % 4 == 0 || most == 0) {
            uint256 amount = bound(seed >> 8, 1, 1e22);
            vm.deal(address(this), amount);
            FAKE.topUp{ value: amount }(minerId);
        } else {
            FAKE.vest(minerId, bound(seed >> 8, 1, most));
        }
        return true;
    }

    function _disturb(uint64 minerId, uint256 seed) internal override returns (bool) {
        Chain__Fake.Miner memory m = FAKE.miner(minerId);
        uint256 draw = seed % 8;
        seed >>= 8;
        if (draw < 3) FAKE.refuseWithdrawals(minerId, 0);
        else if (draw == 3) FAKE.refuseWithdrawals(minerId, seed % 2 == 0 ? int256(18) : int256(19));
        else if (draw == 4) FAKE.eatBuckets(minerId, seed % (m.bucket / 4 + 1));
        else if (draw == 5)
            FAKE.lockAvailable(minerId, int256(seed % 1e18)); // fee debt, at times
        else if (m.available > 0) FAKE.lockAvailable(minerId, int256(seed % (uint256(m.available) / 2 + 1)));
        return true;
    }

    function _ownerWithdraw(uint64 minerId, uint256 seed) internal override returns (bool) {
        (int256 exitCode, uint256 paid) = FAKE.withdrawByOwner(minerId, seed % 1e20);
        return exitCode == 0 && paid != 0;
    }

    function _ownerOf(uint64 minerId) internal view override returns (address) {
        return FAKE.accounts(FAKE.miner(minerId).owner);
    }

    function _powerOnChain(uint64 minerId) internal view override returns (uint256) {
        Chain__Fake.Miner memory m = FAKE.miner(minerId);
        return m.claimed ? m.qa : 0;
    }

    function _availableOnChain(uint64 minerId) internal view override returns (int256) {
        return FAKE.miner(minerId).available;
    }

    function _balanceOf(address account) internal view override returns (uint256) {
        return account.balance;
    }

    function _checkRewards(uint64 minerId, uint256 rewards, uint256 factor, uint256 lastSync) internal override {
        Chain__Fake.Miner memory m = FAKE.miner(minerId);
        Base storage base = _base[minerId];
        uint256 expected = 0;
        if (lastSync != 0 && m.bucket > base.bucket) {
            expected = (m.bucket - base.bucket) * factor;
            if (block.number > base.deadline) expected = (expected * 2) / 3; // what can be proven
        }
        assertEq(rewards, expected, "every reward is measured, and nothing else");
        // the farthest pair of the class 0; the earliest that any class can bring while none is known
        uint256 pair = block.number + 518_400 - 1_441;
        pair = m.locked == 0 ? block.number + 518_400 - 2_880 : pair - (pair % 1_440);
        (base.bucket, base.deadline) = (m.bucket, pair - LEAD);
        assertEq(NFT.minerAccount(minerId).syncDeadline, base.deadline, "the last epoch of an exact sync");
    }

    function _skipped(uint64 minerId) internal override {
        _base[minerId].deadline = block.number + 518_400 - 2_880 - LEAD;
    }

    function _tableOnChain(uint64 minerId) internal view override returns (uint256) {
        return FAKE.miner(minerId).locked;
    }

    function _vestable(uint64 minerId) private view returns (uint256) {
        Chain__Fake.Miner memory m = FAKE.miner(minerId);
        return m.locked - 2 * m.bucket;
    }
}
