// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @title Orders and times that must not matter
/// @notice Two miners are twins: the same NFTs, weights, rewards and free cash at the same epochs. What people do with
/// the one differs from what they do with the other.
contract OrdersTest is FakeNetwork {
    uint256 private constant TWINS = 2;
    uint256 private constant NFTS = 4;
    uint256 private constant PEOPLE = 3;
    uint64 private constant POWER = 1 << 49;

    uint64[] private _miners;
    /// @dev By twin.
    uint256[NFTS][TWINS] private _ids;

    function setUp() public {
        _miners = startNetwork(2);
        for (uint256 t = 0; t < TWINS; ++t) {
            for (uint64 k = 0; k < NFTS; ++k) _ids[t][k] = _mint(t, k);
        }
    }

    /// @dev R-LED-2: the covered mark alone says what can be paid.
    function testFuzz_whenPeopleSyncHarvestClaimAndMoveChangesNoTotalOfAnNFT(uint256 seed) external {
        uint256 checkpoints = 0;
        for (uint256 day = 0; day < 16; ++day) {
            _world(uint256(keccak256(abi.encode(seed, day))), day % 4 == 0);
            for (uint256 t = 0; t < TWINS; ++t) {
                for (uint256 n = 0; n < 3; ++n) _someAction(t, uint256(keccak256(abi.encode(seed, day, t, n))));
            }
            checkpoints += 3;
        }
        for (uint256 t = 0; t < TWINS; ++t) {
            nft.sync(_miners[t]);
            nft.harvest(_miners[t]);
        }
        for (uint256 k = 0; k < NFTS; ++k) {
            uint256 dust = checkpoints + 2;
            _assertNear(nft.earnedOf(_ids[0][k]), nft.earnedOf(_ids[1][k]), dust, "earned");
            uint256 first = nft.paidOf(_ids[0][k]) + nft.payableOf(_ids[0][k]);
            uint256 second = nft.paidOf(_ids[1][k]) + nft.payableOf(_ids[1][k]);
            _assertNear(first, second, dust, "paid and payable");
        }
    }

    /// @dev R-LED-6: between two harvests, who claims first and who sells first is all the same to everybody.
    function testFuzz_theOrderOfClaimsAndSalesChangesNobodysTotal(uint256 seed) external {
        for (uint256 day = 0; day < 8; ++day) {
            uint256 draw = uint256(keccak256(abi.encode(seed, day)));
            _world(draw, day % 3 == 0);
            for (uint256 t = 0; t < TWINS; ++t) {
                nft.sync(_miners[t]);
                nft.harvest(_miners[t]);
            }
            for (uint256 t = 0; t < TWINS; ++t) {
                uint256 order = uint256(keccak256(abi.encode(seed, day, t)));
                // the same sales in the same order, claims anywhere between
                for (uint256 n = 0; n < 3; ++n) {
                    for (; order % 3 != 0; order /= 3) _claim(t, (order >> 128) % PEOPLE, order % 2 == 0);
                    order /= 3;
                    _sell(t, (draw >> (32 * n)) % NFTS, (draw >> (32 * n + 16)) % PEOPLE);
                }
            }
        }
        for (uint256 p = 0; p < PEOPLE; ++p) {
            for (uint256 t = 0; t < TWINS; ++t) {
                _claim(t, p, false);
                _claim(t, p, true);
            }
            assertEq(_person(0, p).balance, _person(1, p).balance, "what each person got in all");
        }
    }

    function test_aHarvestCostsTheSameWithOneNFTAndWithAHundred() external {
        uint64 crowded = MINER + 7;
        _enrol(crowded);
        uint64 lonely = MINER + 8;
        _enrol(lonely);
        _crowd(crowded, 100);
        _crowd(lonely, 1);
        uint256 one = _costOfHarvest(lonely);
        uint256 many = _costOfHarvest(crowded);
        assertLe(many, (one * 102) / 100, "harvest with 100 NFTs");
        assertGe(many, (one * 98) / 100, "harvest with 100 NFTs");
    }

    // PARTS

    /// @dev What happens to both miners alike: time, a reward, vesting, weights now and then.
    function _world(uint256 draw, bool weigh) private {
        vm.roll(block.number + (draw % 2_880) + 1);
        uint256 steps = ((draw >> 16) % (draw % 5 == 0 ? 1e3 : 1e18)) + 1;
        for (uint256 t = 0; t < TWINS; ++t) {
            vm.deal(address(this), steps * 240);
            FAKE.reward{ value: steps * 240 }(_miners[t], steps);
            FAKE.vest(_miners[t], (steps * ((draw >> 80) % 170)));
            if (!weigh) continue;
            uint256[] memory ids = new uint256[](NFTS);
            uint64[] memory weights = new uint64[](NFTS);
            for (uint256 k = 0; k < NFTS; ++k) {
                ids[k] = _ids[t][k];
                weights[k] = uint64((draw >> (16 * k)) % (POWER / 6));
            }
            Oracle__Obedient(nft.ORACLE()).setWeights(_miners[t], ids, weights);
        }
    }

    function _someAction(uint256 t, uint256 draw) private {
        uint256 what = draw % 6;
        draw >>= 8;
        if (what == 0) nft.sync(_miners[t]);
        else if (what < 3) nft.harvest(_miners[t]);
        else if (what == 3) _claim(t, draw % PEOPLE, draw % 2 == 0);
        else if (what == 4) _sell(t, draw % NFTS, (draw >> 8) % PEOPLE);
    }

    function _claim(uint256 t, uint256 p, bool credit) private {
        address person = _person(t, p);
        if (credit) {
            vm.prank(person);
            nft.claimCredit(person);
            return;
        }
        for (uint256 k = 0; k < NFTS; ++k) {
            if (nft.ownerOf(_ids[t][k]) != person) continue;
            uint256[] memory ids = new uint256[](1);
            ids[0] = _ids[t][k];
            vm.prank(person);
            nft.claim(ids, person);
        }
    }

    function _sell(uint256 t, uint256 k, uint256 p) private {
        address from = nft.ownerOf(_ids[t][k]);
        vm.prank(from);
        nft.transferFrom(from, _person(t, p), _ids[t][k]);
    }

    function _person(uint256 t, uint256 p) private pure returns (address) {
        return address(uint160(0xBEEF00 + 256 * t + p + 1));
    }

    function _mint(uint256 t, uint64 k) private returns (uint256) {
        return _mintOn(_miners[t], ownerAt(uint64(t)), k, POWER / 6, _person(t, k % PEOPLE));
    }

    function _mintOn(uint64 miner, address owner, uint64 sector, uint64 power, address to) private returns (uint256) {
        IPowerNFT.MintRequest memory r;
        r.minerId = miner;
        r.sectors = new IPowerNFT.SectorRange[](1);
        r.sectors[0] = IPowerNFT.SectorRange(sector, 1);
        r.nominalPower = power;
        r.expiry = uint64((block.number / 86_400 + 10) * 86_400);
        r.spFeeBps = uint16(500 * (sector % NFTS));
        r.maxProtocolFeeBps = 500;
        r.to = to;
        vm.prank(owner);
        return nft.mint(r);
    }

    function _enrol(uint64 miner) private {
        FAKE.addMiner(miner, FAKE.addAccount(ownerAt(miner)), POWER);
        FAKE.setBeneficiary(miner, nft.REGISTRY().createVault(miner), 1e12 ether, 100_000_000);
    }

    function _crowd(uint64 miner, uint64 count) private {
        uint64[] memory weights = new uint64[](1);
        uint256[] memory ids = new uint256[](1);
        for (uint64 k = 0; k < count; ++k) {
            ids[0] = _mintOn(miner, ownerAt(miner), k, POWER / 2 / count, _person(0, 0));
            weights[0] = POWER / 2 / count;
            Oracle__Obedient(nft.ORACLE()).setWeights(miner, ids, weights);
        }
    }

    function _costOfHarvest(uint64 miner) private returns (uint256 gas) {
        for (uint256 day = 0; day < 5; ++day) {
            vm.roll(block.number + 2_880);
            vm.deal(address(this), 240e18);
            FAKE.reward{ value: 240e18 }(miner, 1e18);
            nft.sync(miner);
            if (day == 0) nft.harvest(miner); // so that no slot is written for the first time below
        }
        gas = gasleft();
        assertGe(nft.harvest(miner), 60e18, "cash for the oldest days");
        gas -= gasleft();
    }

    function _assertNear(uint256 a, uint256 b, uint256 dust, string memory what) private pure {
        assertLe(a, b + dust, what);
        assertLe(b, a + dust, what);
    }
}
