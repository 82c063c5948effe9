// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FilAuction } from "../../contracts/joint/FilAuction.sol";
import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { JointMiningPool } from "../../contracts/joint/JointMiningPool.sol";
import { WrappedFil } from "../../contracts/joint/WrappedFil.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { IPowerNFT } from "../../contracts/power/IPowerNFT.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { ERC20__Double } from "../support/contracts/ERC20__Double.sol";
import { Test } from "./Test.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";
import { Oracle__Obedient } from "./doubles/Oracle__Obedient.sol";

/// @title What people and providers do around a pool on the fake chain, in one line each
abstract contract JointActs is Test {
    uint64 internal constant DAY = 2_880;
    uint64 internal constant GRID = 86_400;
    /// @dev The power of an NFT: an eighth of a miner's 2^49 bytes.
    uint64 internal constant NFT_POWER = 1 << 46;
    /// @dev What the network expects of a miner, and so of an NFT, for a day.
    uint256 internal constant MINER_PER_DAY = 240 ether;
    uint256 internal constant PER_DAY = 30 ether;

    Chain__Fake private constant FAKE_CHAIN = Chain__Fake(CHAIN);

    JointMiningPool internal pool;
    PowerMarket internal market;
    WrappedFil internal wfil;
    /// @dev Of a stablecoin pool.
    ERC20__Double internal coin;
    FilAuction internal auction;
    PowerNFT internal nfts;
    uint64[] internal minerIds;
    uint64 private _sectors;

    /// @notice An attested NFT of a miner's provider, guaranteed.
    function mintFor(uint64 minerId, address owner, uint64 expiry, uint256 guarantee) internal returns (uint256 id) {
        IPowerNFT.SectorRange[] memory sectors = new IPowerNFT.SectorRange[](1);
        sectors[0] = IPowerNFT.SectorRange(_sectors++, 1);
        IPowerNFT.MintRequest memory r;
        r.minerId = minerId;
        r.sectors = sectors;
        r.nominalPower = NFT_POWER;
        r.expiry = expiry;
        r.maxProtocolFeeBps = 500;
        r.to = owner;
        r.guarantee = guarantee;
        vm.prank(owner);
        id = nfts.mint(r);
        attest(minerId, id, NFT_POWER);
    }

    function attest(uint64 minerId, uint256 id, uint64 weight) internal {
        uint256[] memory ids = new uint256[](1);
        uint64[] memory weights = new uint64[](1);
        (ids[0], weights[0]) = (id, weight);
        Oracle__Obedient(nfts.ORACLE()).setWeights(minerId, ids, weights);
    }

    /// @notice For FIL.
    function list(uint256 id, address seller, uint96 price) internal {
        listFor(id, seller, address(0), price);
    }

    /// @param asset_ The coin; WFIL, or zero, is FIL.
    function listFor(uint256 id, address seller, address asset_, uint96 price) internal {
        vm.prank(seller);
        nfts.approve(address(market), id);
        vm.prank(seller);
        address currency = asset_ == address(wfil) ? address(0) : asset_;
        market.list(id, currency, price, uint64(block.number) + 100 * DAY, 0);
    }

    /// @notice A miner wins so much, a multiple of 240 attoFIL.
    function win(uint64 minerId, uint256 amount) internal {
        amount -= amount % 240;
        if (amount == 0) return;
        vm.deal(address(this), amount);
        FAKE_CHAIN.reward{ value: amount }(minerId, amount / 240);
    }

    /// @notice All that a miner has won can be withdrawn but what is measured.
    function vestAll(uint64 minerId) internal {
        uint256 most = FAKE_CHAIN.miner(minerId).locked - 2 * FAKE_CHAIN.miner(minerId).bucket;
        if (most != 0) FAKE_CHAIN.vest(minerId, most);
    }

    function enter(address who, uint256 amount) internal returns (uint256 shares) {
        vm.deal(who, who.balance + amount);
        vm.prank(who);
        return pool.depositFil{ value: amount }(who, 0);
    }

    /// @notice Leaves with everything; what was paid.
    function leaveAll(address who) internal returns (uint256 paid) {
        uint256 shares = pool.balanceOf(who);
        if (shares == 0) return 0;
        vm.prank(who);
        (paid, ) = pool.exitToFil(shares, who, 0);
    }

    /// @notice What somebody has in the pool at the lower price: shares, and tickets that wait or were paid.
    function stakeOf(address who) internal view returns (uint256 worth) {
        uint256 shares = pool.balanceOf(who);
        uint256[] memory tickets = pool.ticketsOf(who);
        for (uint256 i = 0; i < tickets.length; ++i) {
            IJointMiningPool.Ticket memory ticket = pool.ticketOf(tickets[i]);
            shares += ticket.pending;
            worth += ticket.assets;
        }
        (, , uint256 value) = pool.previewExit(shares);
        worth += value;
    }

    function one(uint256 id) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    function nextFrame() internal {
        vm.roll((block.number / DAY + 1) * DAY);
    }

    receive() external payable {}
}
