// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { FilAuction } from "../../contracts/joint/FilAuction.sol";
import { IFilAuction } from "../../contracts/joint/IFilAuction.sol";
import { IJointMiningPool } from "../../contracts/joint/IJointMiningPool.sol";
import { JointMiningPool } from "../../contracts/joint/JointMiningPool.sol";
import { PowerMarket } from "../../contracts/market/PowerMarket.sol";
import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { ERC20__Double } from "../support/contracts/ERC20__Double.sol";
import { Handler } from "./Handler.sol";
import { JointActs } from "./JointActs.sol";
import { CHAIN, Chain__Fake } from "./doubles/Chain__Fake.sol";

/// @title Everybody around a stablecoin pool and its auction, at random (R-JMP-7)
/// @notice Coins and FIL of the pool are what its accounts say, each to its smallest unit. A purchase of FIL costs what
/// the price of the moment says; a lot that nobody wants takes nothing from anybody. Queue, deposits and utilisation are
/// those of every pool: JointHandler follows them.
contract JointCoinHandler is JointActs, Handler {
    Chain__Fake private constant FAKE = Chain__Fake(CHAIN);
    uint256 private constant FIL = 1 ether;

    uint256 private immutable UNIT;
    address[] private _people;
    uint64 private _grids;

    constructor(
        JointMiningPool pool_,
        FilAuction auction_,
        ERC20__Double coin_,
        PowerMarket market_,
        PowerNFT nfts_,
        uint64[] memory minerIds_,
        address[] memory people
    ) {
        (pool, auction, coin, market, nfts, minerIds, _people) = (
            pool_,
            auction_,
            coin_,
            market_,
            nfts_,
            minerIds_,
            people
        );
        UNIT = 10 ** coin_.decimals();
        for (uint256 i = 0; i < people.length; ++i) {
            vm.prank(people[i]);
            coin_.approve(address(pool_), type(uint256).max);
        }
    }

    /// @inheritdoc Handler
    function actions() public pure override returns (bytes4[] memory all) {
        all = new bytes4[](9);
        all[0] = this.deposit.selector;
        all[1] = this.exit.selector;
        all[2] = this.claim.selector;
        all[3] = this.buyMachine.selector;
        all[4] = this.earn.selector;
        all[5] = this.startLot.selector;
        all[6] = this.buyFil.selector;
        all[7] = this.ignoreLot.selector;
        all[8] = this.wait.selector;
    }

    function deposit(uint256 seed) external counted {
        pool.settle();
        address who = _personOf(seed);
        uint256 amount = UNIT / 2 + (_draw(seed, 0) % (5_000 * UNIT));
        coin.mint(who, amount);
        uint256 most = pool.maxDeposit(who);
        uint256 preview = pool.previewDeposit(amount);
        (bool done, bytes memory answer) = _do(who, abi.encodeCall(pool.deposit, (amount, who)));
        assertTrue(done == (amount >= UNIT && amount <= most), "what may be deposited can be, and no more");
        if (done) assertEq(abi.decode(answer, (uint256)), preview, "shares as previewed");
        check();
        _done(done);
    }

    function exit(uint256 seed) external counted {
        pool.settle();
        address who = _personOf(seed);
        uint256 shares = pool.balanceOf(who) / (1 + (_draw(seed, 0) % 3));
        (uint256 expected, , ) = pool.previewExit(shares);
        uint256 had = coin.balanceOf(who);
        bool nobodyWaits = pool.accounts().waiting == 0;
        (bool done, ) = _do(who, abi.encodeCall(pool.exit, (shares, who, 0)));
        if (done && nobodyWaits) assertEq(coin.balanceOf(who) - had, expected, "paid as previewed");
        check();
        _done(done);
    }

    function claim(uint256 seed) external counted {
        pool.settle();
        bool any = false;
        for (uint256 i = 0; i < _people.length; ++i) any = _claim(_people[i]) || any;
        if (!any) {
            address who = _personOf(seed);
            (any, ) = _do(who, abi.encodeCall(pool.requestRedeem, (pool.balanceOf(who), who, who)));
            if (any) any = _claim(who);
        }
        check();
        _done(any);
    }

    function buyMachine(uint256 seed) external counted {
        bool bought = _buy(seed);
        _done(_buy(_draw(seed, 10)) || bought);
    }

    function earn(uint256 seed) external counted {
        uint256 got = 0;
        for (uint256 i = 0; i < minerIds.length; ++i) {
            win(minerIds[i], MINER_PER_DAY + (_draw(seed, i) % (5 * MINER_PER_DAY)));
            vm.roll(block.number + 1);
            nfts.sync(minerIds[i]);
            vestAll(minerIds[i]);
            nfts.harvest(minerIds[i]);
        }
        uint256[] memory ids = pool.machineIds();
        uint256 unsold = pool.accounts().unsoldFil;
        if (ids.length != 0) got = pool.collect(ids);
        assertEq(pool.accounts().unsoldFil - unsold, got, "income waits for the auction");
        check();
        _done(got != 0);
    }

    function startLot(uint256) external counted {
        uint256 unsold = pool.accounts().unsoldFil;
        if (auction.price() != 0) return;
        nextFrame();
        (bool done, ) = address(auction).call(abi.encodeCall(auction.start, ()));
        assertTrue(done == (unsold >= FIL), "a lot begins when there is 1 FIL, and none runs");
        if (done) assertEq(auction.lot().left, unsold, "all that is not sold");
        check();
        _done(done);
    }

    function buyFil(uint256 seed) external counted {
        if (!_lotRuns()) return;
        vm.roll(block.number + (_draw(seed, 0) % 180)); // or FIL would be worth nothing soon
        uint256 price = auction.price();
        if (price == 0) return;
        IJointMiningPool.Accounts memory before = pool.accounts();
        uint256 left = auction.lot().left;
        uint256 amount = _draw(seed, 1) % 2 == 0 ? left : FIL + (_draw(seed, 2) % left);
        address who = _personOf(seed);
        coin.mint(who, (left * price) / FIL + 1);
        (uint256 coins, uint256 fil) = (coin.balanceOf(who), who.balance);
        vm.prank(who);
        (bool done, ) = address(auction).call(abi.encodeCall(auction.buy, (amount, price, who)));
        assertTrue(done == (amount <= left && (amount >= FIL || amount == left)), "any part from 1 FIL can be bought");
        if (done) {
            IJointMiningPool.Accounts memory now_ = pool.accounts();
            assertEq(
                coins - coin.balanceOf(who),
                (amount * price + FIL - 1) / FIL,
                "the price of the moment, rounded up"
            );
            assertEq(who.balance - fil, amount, "the FIL");
            assertEq(before.unsoldFil - now_.unsoldFil, amount, "it is sold");
            assertEq(auction.lot().left, left - amount, "and leaves the lot");
            assertLe(auction.cautiousPrice(), auction.lastPrice(), "the cautious price is the lowest");
        }
        check();
        _done(done);
    }

    /// @dev Nobody bids: the FIL stays, and the next lot begins at half.
    function ignoreLot(uint256) external counted {
        if (!_lotRuns()) return;
        IFilAuction.Lot memory lot = auction.lot();
        if (lot.sold != 0) return;
        (uint256 reference_, uint256 last) = (auction.referencePrice(), auction.lastPrice());
        vm.roll(lot.end > block.number ? lot.end : block.number);
        assertEq(auction.price(), 0, "after a day nothing is sold");
        nextFrame();
        auction.start();
        assertEq(auction.referencePrice(), reference_ > 1 ? reference_ / 2 : 1, "the next begins at half");
        assertEq(auction.lastPrice(), last, "nothing was cleared");
        assertGe(auction.lot().left, lot.left, "the FIL stays with the pool");
        check();
        _done(true);
    }

    function wait(uint256 seed) external counted {
        vm.roll(block.number + 1 + (_draw(seed, 0) % (8 * DAY)));
        check();
        _done(true);
    }

    // WHAT ALWAYS HOLDS

    /// @inheritdoc Handler
    function check() public view override {
        IJointMiningPool.Accounts memory a = pool.accounts();
        assertEq(coin.balanceOf(address(pool)), a.cash + a.claimable, "all coins are on the books");
        assertEq(address(pool).balance, a.unsoldFil, "all FIL is on the books");
        assertLe(auction.lot().left, a.unsoldFil, "what is on sale is there");
        assertEq(coin.balanceOf(address(auction)) + address(auction).balance, 0, "the auction holds nothing");
        assertGe(a.upper, a.lower, "who enters pays no less than who leaves gets");
        assertLe(a.lower, a.cash + a.machinesLower, "FIL that is not sold counts nothing for who leaves");
        assertEq(pool.balanceOf(address(pool)), a.waiting, "who waits has its shares in escrow");
        uint256 shares = a.waiting;
        uint256 claimable = 0;
        for (uint256 i = 0; i < _people.length; ++i) {
            shares += pool.balanceOf(_people[i]);
            claimable += pool.maxWithdraw(_people[i]);
        }
        assertEq(shares, pool.totalSupply(), "all shares are somebody's");
        assertLe(claimable, a.claimable, "all that was paid is put aside");
    }

    /// @inheritdoc Handler
    function settle() external override {
        for (uint256 n = 0; n < 12 && pool.accounts().machines != 0; ++n) {
            vm.roll(block.number + 30 * DAY);
            pool.settle();
            for (uint256 i = 0; i < minerIds.length; ++i) {
                nfts.sync(minerIds[i]);
                vestAll(minerIds[i]);
                vm.deal(address(this), 30_000 ether);
                FAKE.topUp{ value: 30_000 ether }(minerIds[i]);
                nfts.harvest(minerIds[i]);
            }
            uint256[] memory ids = pool.machineIds();
            if (ids.length != 0) pool.collect(ids);
            pool.settle();
            check();
        }
        assertEq(pool.accounts().machines, 0, "every machine has ended");
        nextFrame();
        nextFrame();
        if (pool.accounts().unsoldFil >= FIL) {
            auction.start();
            uint256 left = auction.lot().left;
            coin.mint(_people[0], (left * auction.price()) / FIL + 1);
            vm.prank(_people[0]);
            auction.buy(left, type(uint256).max, _people[0]);
        }
        assertLe(pool.accounts().unsoldFil, FIL, "all FIL is sold");
        vm.roll(block.number + 366 * DAY); // all that is held back is released
        for (uint256 i = 0; i < _people.length; ++i) {
            uint256 shares = pool.balanceOf(_people[i]);
            if (shares != 0) {
                (bool done, ) = _do(_people[i], abi.encodeCall(pool.exit, (shares, _people[i], 0)));
                assertTrue(done, "everybody can leave");
            }
            _claim(_people[i]);
        }
        pool.payTickets();
        for (uint256 i = 0; i < _people.length; ++i) _claim(_people[i]);
        IJointMiningPool.Accounts memory a = pool.accounts();
        check();
        if (a.waiting != 0) assertLe(a.upper, UNIT, "everybody was paid, or there is nothing to be paid of");
    }

    // PARTS

    function _claim(address who) private returns (bool) {
        (uint256 shares, uint256 assets) = (pool.maxRedeem(who), pool.maxWithdraw(who));
        if (shares == 0) return false;
        uint256 had = coin.balanceOf(who);
        vm.prank(who);
        assertEq(pool.redeem(shares, who, who), assets, "all that was paid");
        assertEq(coin.balanceOf(who) - had, assets, "arrives");
        return true;
    }

    /// @dev Begins a lot if none runs.
    function _lotRuns() private returns (bool) {
        if (auction.price() != 0) return true;
        nextFrame();
        (bool done, ) = address(auction).call(abi.encodeCall(auction.start, ()));
        return done;
    }

    /// @dev A provider lists an NFT at a price around what the pool may pay, and the pool buys it if it may.
    function _buy(uint256 seed) private returns (bool done) {
        for (uint256 i = 0; i < minerIds.length; ++i) nfts.sync(minerIds[i]);
        pool.settle();
        (uint256 id, address seller) = _forSale(seed);
        if (id == 0) return false;
        listFor(id, seller, address(coin), 1);
        uint256 price = _priceFor(id, seed);
        if (price == 0) return false;
        listFor(id, seller, address(coin), uint96(price));
        IJointMiningPool.Accounts memory before = pool.accounts();
        uint256 had = coin.balanceOf(seller) + market.creditOf(address(coin), seller);
        (done, ) = _do(address(this), abi.encodeCall(pool.buyMachine, (id)));
        if (done) {
            assertEq(coin.balanceOf(seller) + market.creditOf(address(coin), seller) - had, price, "the price");
            assertLe(pool.accounts().lower, before.lower, "a purchase lifts nobody who leaves");
        }
        check();
    }

    function _forSale(uint256 seed) private returns (uint256 id, address seller) {
        uint64 minerId = minerIds[_draw(seed, 7) % minerIds.length];
        seller = FAKE.accounts(FAKE.miner(minerId).owner);
        for (id = nfts.minted(); id != 0; --id) {
            if (nfts.ownerOf(id) == seller && nfts.expiryOf(id) >= block.number + 31 * DAY) return (id, seller);
        }
        if (nfts.minerAccount(minerId).nominalPower > 5 * uint256(NFT_POWER)) return (0, seller);
        uint64 expiry = (uint64(block.number) / GRID + 2 + (_grids++ % 3)) * GRID;
        return (mintFor(minerId, seller, expiry, 1_000 ether * (1 + (_draw(seed, 4) % 10))), seller);
    }

    function _priceFor(uint256 id, uint256 seed) private view returns (uint256) {
        try pool.appraise(id) returns (IJointMiningPool.Appraisal memory found) {
            IJointMiningPool.Accounts memory a = pool.accounts();
            uint256 most = found.bid < found.guaranteed ? found.bid : found.guaranteed;
            if (most > a.cash) most = a.cash;
            if (a.deposits < a.openCost + most) most = a.deposits > a.openCost ? a.deposits - a.openCost : 0;
            return (most * (50 + (_draw(seed, 1) % 55))) / 100; // at times too dear
        } catch {
            return 0;
        }
    }

    /// @dev Calls the pool for somebody. It is refused only by an error that has a name.
    function _do(address who, bytes memory data) private returns (bool done, bytes memory answer) {
        vm.prank(who);
        (done, answer) = address(pool).call(data);
        if (done) return (done, answer);
        assertGe(answer.length, 4, "a refusal has a name");
        assertTrue(bytes4(answer) != bytes4(0x4e487b71), "no panic");
    }

    function _personOf(uint256 seed) private view returns (address) {
        return _people[seed % _people.length];
    }

    function _draw(uint256 seed, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }
}
