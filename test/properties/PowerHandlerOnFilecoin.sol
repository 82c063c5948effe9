// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import { PowerNFT } from "../../contracts/power/PowerNFT.sol";
import { Addresses } from "../filecoin/contracts/Addresses.sol";
import { Cbor } from "../filecoin/contracts/Cbor.sol";
import { FilecoinSimulator } from "../filecoin/contracts/FilecoinSimulator.sol";
import { SIMULATOR } from "../filecoin/contracts/NativeActor.sol";
import { SECTORS_ON_CHAIN } from "./FilecoinNetwork.sol";
import { FIRST_SECTOR, PowerHandler } from "./PowerHandler.sol";

/// @title The stateful run on the simulated Filecoin: rewards that vest, faults, terminations, fees
contract PowerHandlerOnFilecoin is PowerHandler {
    FilecoinSimulator private constant SIM = FilecoinSimulator(SIMULATOR);
    uint64 private constant WITHDRAW_BALANCE = 16;
    /// @dev What the chain rounds a reward by at most, as the pair measures it (attoFIL).
    uint256 private constant REWARD_DUST = 240;

    /// @dev Rewards since the last sync, attoFIL, and how many.
    mapping(uint64 minerId => uint256) private _awarded;
    mapping(uint64 minerId => uint256) private _awards;
    /// @dev Whether a penalty since the last sync may have reached the measured pair.
    mapping(uint64 minerId => bool) private _eaten;
    /// @dev The sync deadline that was shown after the last sync.
    mapping(uint64 minerId => uint256) private _deadline;
    mapping(uint64 minerId => uint64) private _faulty;
    mapping(uint64 minerId => uint64) private _terminated;

    constructor(
        PowerNFT nft,
        uint64[] memory minerIds,
        address[] memory holders,
        address[] memory payees
    ) PowerHandler(nft, minerIds, holders, payees) {}

    function _reward(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint256[3] memory sizes = [uint256(1e9), 1e18, 3e21];
        uint256 amount = bound(seed >> 8, 1, sizes[seed % 3]);
        uint256 penalty = seed % 11 == 0 ? (seed >> 64) % (amount + 1) : 0;
        (, , , , uint256 debt, ) = SIM.ledgerOf(minerId);
        if (penalty != 0 || debt != 0) _eaten[minerId] = true;
        SIM.awardBlockReward(minerId, amount, penalty, uint64(block.number));
        _awarded[minerId] += amount;
        ++_awards[minerId];
        vm.roll(block.number + 1); // a message sees the rewards of the epochs before its own
        return true;
    }

    /// @dev Sectors fault from the first on and recover all together; they are terminated from the last on.
    function _setPower(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint64 faulty = _faulty[minerId];
        uint64 alive = SECTORS_ON_CHAIN - _terminated[minerId];
        uint64 count = uint64((seed >> 8) % 12) + 1;
        if (seed % 4 == 3 && alive > faulty) {
            _eaten[minerId] = true;
            SIM.terminateSectors(minerId, _run(alive - 1, 1));
            ++_terminated[minerId];
        } else if (seed % 4 < 2 && faulty + count < alive) {
            SIM.declareFaults(minerId, _run(faulty, count));
            _faulty[minerId] += count;
        } else if (faulty != 0) {
            SIM.recoverSectors(minerId, _run(0, faulty));
            _faulty[minerId] = 0;
        } else {
            return false;
        }
        return true;
    }

    function _run(uint64 first, uint64 count) private pure returns (uint64[] memory sectors) {
        sectors = new uint64[](count);
        for (uint64 i = 0; i < count; ++i) sectors[i] = FIRST_SECTOR + first + i;
    }

    function _free(uint64 minerId, uint256 seed) internal override returns (bool) {
        SIM.setEarlyTerminations(minerId, false); // the network has worked them off
        if (seed % 2 == 0) {
            address purse = Addresses.masked(minerId);
            vm.deal(purse, purse.balance + bound(seed >> 8, 1, 1e21));
        } else {
            vm.roll(block.number + 2_880); // a day's rewards vest
        }
        return true;
    }

    function _disturb(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint256 draw = seed % 8;
        seed >>= 8;
        if (draw < 4) {
            SIM.setEarlyTerminations(minerId, draw == 3);
        } else if (draw == 4) {
            _eaten[minerId] = true;
            SIM.penalise(minerId, seed % 1e20);
        } else if (draw == 5) {
            SIM.addFeeDebt(minerId, seed % 1e18);
        } else {
            (, , uint256 pledge, , , int256 available) = SIM.ledgerOf(minerId);
            if (available > 0) SIM.setInitialPledge(minerId, pledge + (seed % (uint256(available) / 2 + 1)));
        }
        return true;
    }

    function _ownerWithdraw(uint64 minerId, uint256 seed) internal override returns (bool) {
        uint256 before = NFT.vaultOf(minerId).balance;
        vm.prank(_ownerOf(minerId));
        SIM.message(
            Addresses.idBytes(minerId),
            WITHDRAW_BALANCE,
            bytes.concat(hex"81", Cbor.bigUint(bound(seed, 1, 1e19)))
        );
        return NFT.vaultOf(minerId).balance != before;
    }

    function _ownerOf(uint64 minerId) internal pure override returns (address) {
        return address(uint160(0xA110 + minerId));
    }

    function _powerOnChain(uint64 minerId) internal view override returns (uint256 qa) {
        (bool ok, bytes memory ret) = SIMULATOR.staticcall(
            abi.encodeCall(
                FilecoinSimulator.actorCall,
                (Addresses.idBytes(4), 36284446, true, true, abi.encodePacked(hex"19", uint16(minerId)))
            )
        );
        require(ok, "the power actor answers");
        (, , bytes memory cbor) = abi.decode(ret, (int256, uint64, bytes));
        uint256 at = 2 + (uint8(cbor[1]) & 0x1f); // behind the raw power
        for (uint256 i = at + 2; i < cbor.length; ++i) qa = (qa << 8) | uint8(cbor[i]);
    }

    function _availableOnChain(uint64 minerId) internal view override returns (int256 available) {
        (, , , , , available) = SIM.ledgerOf(minerId);
    }

    function _balanceOf(address account) internal view override returns (uint256) {
        return account.balance;
    }

    function _checkRewards(uint64 minerId, uint256 rewards, uint256 factor, uint256 lastSync) internal override {
        uint256 awarded = _awarded[minerId];
        uint256 dust = (_awards[minerId] + 1) * REWARD_DUST;
        if (lastSync == 0 || factor == 0) {
            assertEq(rewards, 0, "measuring has just begun");
        } else {
            assertLe(rewards * 240, (awarded + dust) * factor, "no more is measured than was earned");
            if (!_eaten[minerId] && block.number <= _deadline[minerId]) {
                assertGe(rewards * 240 + dust * factor, awarded * factor, "everything is measured");
            }
        }
        (_awarded[minerId], _awards[minerId], _eaten[minerId]) = (0, 0, false);
        _deadline[minerId] = NFT.minerAccount(minerId).syncDeadline;
        assertGe(_deadline[minerId], block.number + 120 * 2_880, "there is time until the next sync");
    }

    function _skipped(uint64 minerId) internal override {
        (_awarded[minerId], _awards[minerId], _eaten[minerId]) = (0, 0, false);
    }

    function _tableOnChain(uint64 minerId) internal view override returns (uint256 table) {
        (, table, , , , ) = SIM.ledgerOf(minerId);
    }
}
