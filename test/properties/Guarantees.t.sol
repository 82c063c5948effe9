// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { Math } from "@openzeppelin/contracts/utils/math/Math.sol";

import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { FakeNetwork } from "./FakeNetwork.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @title Guarantees beside a brute-force reference (R-GUA-1, R-LED-4)
/// @notice The reference follows each NFT by itself through each stretch of time between two events, in attoFIL * 2^128,
/// and lays all stretches end to end in the order of time; cash covers stretch after stretch.
contract GuaranteesTest is FakeNetwork {
    uint256 private constant NFTS = 4;
    uint256 private constant STEPS = 40;
    uint64 private constant GRID = 86_400;
    /// @dev The most that an NFT's part loses by rounding its `factor`, once for every NFT, attoFIL: nominal power * term /
    /// 2^48 / 10,000, and one for each reading.
    uint256 private constant DUST = 1_000;
    /// @dev The line counts time in parts of an epoch.
    uint256 private constant PARTS_OF_EPOCH = 1 << 16;

    struct Promised {
        uint256 id;
        uint256 amount;
        uint256 nominal;
        uint256 expiry;
        /// @dev The epoch of the first attestation; 0 before.
        uint256 start;
        uint256 last;
        uint256 previous;
        bool called;
        /// @dev What ran off as delivered while the last report said 0, attoFIL * 2^128.
        uint256 doubted;
        /// @dev What became due, attoFIL * 2^128.
        uint256 due;
    }

    struct Stretch {
        uint256 total;
        uint256[NFTS] parts;
    }

    uint64 private _miner;
    Promised[NFTS] private _promised;
    Stretch[] private _stretches;
    /// @dev The epoch up to which the reference has followed.
    uint256 private _at;

    function setUp() public {
        _miner = startNetwork(1)[0];
        _at = block.number;
    }

    function testFuzz_whatIsDueAndPayableIsWhatTheRulesSay(uint256 seed) external {
        for (uint256 k = 0; k < NFTS; ++k) _mint(k, _draw(seed, k));
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 draw = _draw(seed, 100 + step);
            // now and then two things happen within an epoch
            if (draw % 8 != 1) vm.roll(block.number + 1 + ((draw >> 8) % (draw % 4 == 0 ? 60_000 : 5_000)));
            uint256 k = (draw >> 64) % NFTS;
            uint256 what = (draw >> 72) % 8;
            if (what < 4) _report(k, draw >> 80);
            else if (what == 4) _prove(k, draw >> 80);
            else if (what == 5) _bringCash((draw >> 80) % 3e19);
            else if (what == 6) _claim(k);
            else _sell(k);
            _compare();
        }
        _settle();
    }

    // EVENTS

    function _mint(uint256 k, uint256 draw) private {
        IPowerNFT.MintRequest memory r;
        r.minerId = _miner;
        r.sectors = new IPowerNFT.SectorRange[](1);
        r.sectors[0] = IPowerNFT.SectorRange(uint64(k), 1);
        r.nominalPower = uint64(1 + (draw % (1 << 46)));
        r.expiry = uint64((block.number / GRID + 2 + ((draw >> 64) % 6)) * GRID);
        r.maxProtocolFeeBps = 500;
        r.to = address(0xB0B1);
        r.guarantee = 1 + ((draw >> 72) % 1e20);
        vm.prank(ownerAt(0));
        Promised storage p = _promised[k];
        p.id = nft.mint(r);
        (p.amount, p.nominal, p.expiry) = (r.guarantee, r.nominalPower, r.expiry);
    }

    function _report(uint256 k, uint256 draw) private {
        Promised storage p = _promised[k];
        uint256 weight =
            draw % 3 == 0
                ? 0
                : draw % 3 == 1
                    ? p.nominal
                    : (draw >> 8) % (p.nominal + 1);
        uint256[] memory ids = new uint256[](1);
        uint64[] memory weights = new uint64[](1);
        (ids[0], weights[0]) = (p.id, uint64(weight));
        Oracle__Obedient(nft.ORACLE()).setWeights(_miner, ids, weights);
        _follow();
        if (block.number >= p.expiry || (weight == 0 && p.start == 0)) return;
        if (p.start == 0) p.start = block.number;
        (p.previous, p.last) = (p.last, weight);
        if (weight != 0) p.doubted = 0;
        else if (p.previous == 0 && !p.called) _call(k);
    }

    function _prove(uint256 k, uint256 draw) private {
        Promised storage p = _promised[k];
        uint256 most = Math.max(p.last, p.previous);
        if (block.number >= p.expiry || most == 0) return;
        uint256 weight = draw % 4 == 0 ? 0 : draw % most;
        address oracle_ = nft.ORACLE();
        vm.prank(oracle_);
        nft.lowerWeight(p.id, 0, uint64(weight));
        _follow();
        (p.previous, p.last) = (weight, Math.min(p.last, weight));
    }

    function _bringCash(uint256 amount) private {
        vm.deal(address(this), amount);
        FAKE.topUp{ value: amount }(_miner);
        nft.harvest(_miner);
    }

    function _claim(uint256 k) private {
        uint256[] memory ids = new uint256[](1);
        ids[0] = _promised[k].id;
        address holder = nft.ownerOf(ids[0]);
        uint256 expected = nft.guaranteeOf(ids[0]).payableNow;
        vm.prank(holder);
        assertEq(nft.claim(ids, address(0xCA54)), expected, "a claim pays what is payable");
    }

    function _sell(uint256 k) private {
        uint256 id = _promised[k].id;
        address holder = nft.ownerOf(id);
        address to = holder == address(0xB0B1) ? address(0xB0B2) : address(0xB0B1);
        uint256 expected = nft.creditOf(holder) + nft.guaranteeOf(id).payableNow;
        vm.prank(holder);
        nft.transferFrom(holder, to, id);
        assertEq(nft.creditOf(holder), expected, "what is payable becomes the seller's credit");
    }

    // REFERENCE

    /// @dev Follows all NFTs to now, with a stretch for every time between two expiries.
    function _follow() private {
        while (_at < block.number) {
            uint256 until = block.number;
            for (uint256 k = 0; k < NFTS; ++k) {
                uint256 expiry = _promised[k].expiry;
                if (expiry > _at && expiry < until) until = expiry;
            }
            Stretch memory s;
            for (uint256 k = 0; k < NFTS; ++k) {
                Promised storage p = _promised[k];
                if (p.start == 0 || p.called || _at >= p.expiry) continue;
                uint256 delivered = Math.max(p.last, p.previous);
                s.parts[k] = _part(p, p.nominal - delivered, until - _at);
                if (p.last == 0) p.doubted += _part(p, delivered, until - _at);
            }
            _push(s);
            _at = until;
        }
    }

    /// @dev What of a guarantee falls to so many bytes in so many epochs, attoFIL * 2^128.
    function _part(Promised storage p, uint256 power, uint256 epochs) private view returns (uint256) {
        return Math.mulDiv(p.amount << 128, power * epochs, p.nominal * (p.expiry - p.start));
    }

    function _call(uint256 k) private {
        Promised storage p = _promised[k];
        Stretch memory s;
        s.parts[k] = _part(p, p.nominal, p.expiry - block.number) + p.doubted;
        p.called = true;
        _push(s);
    }

    function _push(Stretch memory s) private {
        for (uint256 k = 0; k < NFTS; ++k) {
            s.total += s.parts[k];
            _promised[k].due += s.parts[k];
        }
        if (s.total != 0) _stretches.push(s);
    }

    /// @dev What cash covers of each NFT's due, attoFIL * 2^128.
    function _covered(uint256 cash) private view returns (uint256[NFTS] memory covered) {
        uint256 left = cash << 128;
        for (uint256 i = 0; i < _stretches.length && left != 0; ++i) {
            Stretch storage s = _stretches[i];
            uint256 part = Math.min(left, s.total);
            for (uint256 k = 0; k < NFTS; ++k) covered[k] += Math.mulDiv(s.parts[k], part, s.total);
            left -= part;
        }
    }

    // WHAT HOLDS

    function _compare() private {
        nft.sync(_miner);
        _follow();
        IPowerNFT.MinerGuarantees memory all = nft.guaranteesOf(_miner);
        uint256[NFTS] memory covered = _covered(all.covered);
        uint256 payableOfAll = nft.creditOf(address(0xB0B1)) + nft.creditOf(address(0xB0B2));
        uint256 dueOfAll = 0;
        uint256 remainingOfAll = 0;
        for (uint256 k = 0; k < NFTS; ++k) {
            Promised storage p = _promised[k];
            IPowerNFT.GuaranteeStatus memory g = nft.guaranteeOf(p.id);
            assertLe(g.due, p.due >> 128, "no more is due than the rules say");
            assertLe(p.due >> 128, g.due + DUST, "and no less");
            assertLe(g.due + g.remaining, p.amount, "no more than was promised");
            _assertNear(g.remaining, _remaining(p), DUST, "remaining");
            uint256 term = p.start == 0 ? GRID : p.expiry - p.start;
            uint256 step = p.amount / term / PARTS_OF_EPOCH;
            _assertNear(g.paid + g.payableNow, covered[k] >> 128, STEPS * DUST + NFTS * step, "paid and payable");
            assertLe(g.paid + g.payableNow, g.due, "nobody is paid what is not due");
            payableOfAll += g.payableNow;
            dueOfAll += g.due;
            remainingOfAll += g.remaining;
        }
        assertEq(all.due, all.covered + all.owed, "due = covered + owed");
        assertLe(dueOfAll, all.due, "the line holds all that is due");
        assertLe(all.due, dueOfAll + STEPS * DUST, "and nothing else");
        assertLe(remainingOfAll, all.remaining, "what has to be covered is all that remains");
        assertLe(all.remaining, remainingOfAll + NFTS, "and nothing else");
        IPowerNFT.Solvency memory s = nft.solvency(_miner);
        assertLe(payableOfAll, s.liabilities, "liabilities hold all that can be taken out");
        assertLe(s.liabilities, s.cash, "cash >= liabilities");
    }

    function _remaining(Promised storage p) private view returns (uint256) {
        if (p.called || block.number >= p.expiry) return 0;
        return p.start == 0 ? p.amount : (p.amount * (p.expiry - block.number)) / (p.expiry - p.start);
    }

    /// @dev Every NFT expires, all that is owed comes in, everybody is paid in full and every NFT is burned.
    function _settle() private {
        vm.roll(block.number + 10 * GRID);
        _compare();
        _bringCash(nft.guaranteesOf(_miner).owed);
        _compare();
        assertEq(nft.guaranteesOf(_miner).remaining, 0, "nothing remains behind the last expiry");
        for (uint256 k = 0; k < NFTS; ++k) {
            uint256 id = _promised[k].id;
            IPowerNFT.GuaranteeStatus memory g = nft.guaranteeOf(id);
            assertEq(g.paid + g.payableNow, g.due, "paid in full once cash covers the line");
            address holder = nft.ownerOf(id);
            vm.prank(holder);
            nft.burn(id);
        }
        assertEq(nft.minerAccount(_miner).nominalPower, 0, "nothing is sold any more");
    }

    function _draw(uint256 seed, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }

    function _assertNear(uint256 a, uint256 b, uint256 dust, string memory what) private pure {
        assertLe(a, b + dust, what);
        assertLe(b, a + dust, what);
    }
}
